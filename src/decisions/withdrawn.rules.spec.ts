import type { ShopperId } from '../shared/index.js';
import type { Pending } from './decision.js';
import { withoutWithdrawn } from './withdrawn.rules.js';

const ada = 'ada' as ShopperId;
const pending = (profiling: boolean): Pending =>
  ({
    shopperId: ada,
    facts: { shopper: { consents: { profiling } } },
    considered: [{ reasons: [], score: 1 }],
  }) as unknown as Pending;

describe('a decision under the locks', () => {
  it('offers nothing that was found by a profile whose use was withdrawn', () => {
    const [considered] = withoutWithdrawn(pending(true), new Set()).considered;
    expect(considered?.reasons).toMatchObject([{ code: 'no-consent' }]);
  });

  it('stays as it is with the consent, and where no profile was used', () => {
    for (const each of [pending(true), pending(false)]) {
      expect(withoutWithdrawn(each, new Set([ada]))).toBe(each);
    }
    const unprofiled = pending(false);
    expect(withoutWithdrawn(unprofiled, new Set())).toBe(unprofiled);
  });
});
