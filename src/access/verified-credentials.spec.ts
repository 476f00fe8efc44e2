import { Clock, type Bus } from '../platform/index.js';
import type { FleetingEvents, KeyId, Principal, StoreId } from '../shared/index.js';
import { VerifiedCredentials, type Verified } from './verified-credentials.js';

class SetClock extends Clock {
  at = 1_000_000;
  override now(): number {
    return this.at;
  }
}

const HASH = Buffer.from('a hash');
const GATEWAY: Principal = { kind: 'gateway', keyId: 'k1' as KeyId, storeId: 's1' as StoreId };

/** Credentials whose questions are answered when the test says so. */
function asking() {
  const clock = new SetClock();
  let revoke = (_: FleetingEvents['credential.revoked']): void => undefined;
  const bus = { on: (_: string, listener: typeof revoke) => (revoke = listener) } as unknown as Bus;
  const credentials = new VerifiedCredentials(bus, clock);
  const questions: ((verified: Verified | undefined) => void)[] = [];
  return {
    clock,
    questions,
    revoke: () => revoke({ credential: 'gateway:k1' }),
    ask: () => credentials.principalOf(HASH, () => new Promise((answer) => questions.push(answer))),
  };
}

describe('a credential that was found good', () => {
  it('is asked for once, however many connections bring it at the same moment', async () => {
    const { questions, ask } = asking();
    const answers = [ask(), ask(), ask()];
    await Promise.resolve();
    expect(questions).toHaveLength(1);
    questions[0]?.({ principal: GATEWAY });
    expect(await Promise.all(answers)).toEqual([GATEWAY, GATEWAY, GATEWAY]);
    expect(await ask()).toBe(GATEWAY);
    expect(questions).toHaveLength(1);
  });

  it('is asked for again after a revocation, by those who come while the old question is under way', async () => {
    const { questions, revoke, ask } = asking();
    const before = ask();
    await Promise.resolve();
    revoke();
    const after = ask();
    await Promise.resolve();
    expect(questions).toHaveLength(2);
    questions[0]?.({ principal: GATEWAY });
    expect(await before).toBe(GATEWAY);
    questions[1]?.(undefined);
    expect(await after).toBeUndefined();
    void ask();
    await Promise.resolve();
    expect(questions).toHaveLength(3);
  });

  it('is believed for 3 s from the question on, however long the answer took', async () => {
    const { clock, questions, ask } = asking();
    const slow = ask();
    await Promise.resolve();
    clock.at += 2_000;
    questions[0]?.({ principal: GATEWAY });
    await slow;
    clock.at += 999;
    await ask();
    expect(questions).toHaveLength(1);
    clock.at += 1;
    void ask();
    await Promise.resolve();
    expect(questions).toHaveLength(2);
  });

  it('is asked for again by the next, where the question failed', async () => {
    const { clock } = asking();
    const bus = { on: () => undefined } as unknown as Bus;
    const credentials = new VerifiedCredentials(bus, clock);
    await expect(credentials.principalOf(HASH, () => Promise.reject(new Error('away')))).rejects.toThrow(
      'away',
    );
    expect(await credentials.principalOf(HASH, () => Promise.resolve({ principal: GATEWAY }))).toBe(GATEWAY);
  });
});
