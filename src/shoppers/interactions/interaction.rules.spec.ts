import type { ProductId, ShopperId } from '../../shared/index.js';
import { FUTURE_TOLERANCE_MS } from '../purchases/purchase.rules.js';
import { isSame, refusalOf, type Interaction } from './interaction.rules.js';

const now = 1_700_000_000_000;
const viewed: Interaction = {
  interactionId: 'i1',
  shopperId: 'ada' as ShopperId,
  type: 'viewed',
  productId: 'milk' as ProductId,
  at: now,
  channel: 'web',
};
const known = new Set(['ada' as ShopperId]);

describe('an interaction', () => {
  it('is taken of a known shopper, up to five seconds ahead and back to 1990', () => {
    expect(refusalOf(viewed, known, now)).toBeUndefined();
    expect(refusalOf({ ...viewed, at: now + FUTURE_TOLERANCE_MS }, known, now)).toBeUndefined();
    expect(refusalOf({ ...viewed, at: now + FUTURE_TOLERANCE_MS + 1 }, known, now)?.code).toBe(
      'in-the-future',
    );
    expect(refusalOf({ ...viewed, at: 0 }, known, now)?.code).toBe('too-long-ago');
    expect(refusalOf(viewed, new Set(), now)?.code).toBe('unknown-shopper');
  });

  it.each<Partial<Interaction>>([
    { shopperId: 'bob' as ShopperId },
    { type: 'searched' },
    { productId: undefined },
    { referredShopperId: 'bob' as ShopperId },
    { at: now + 1 },
    { channel: 'app' },
  ])('is another with %p', (change) => {
    expect(isSame(viewed, { ...viewed })).toBe(true);
    expect(isSame(viewed, { ...viewed, ...change })).toBe(false);
  });
});
