import type { PresenceChange } from '../presence/index.js';
import type { ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';
import type { Pending } from './decision.js';
import { LONGEST_STAY_MS, ZoneExits } from './zone-exits.rules.js';

const AT = Date.parse('2026-11-23T11:00:00Z');
const place = { shopperId: 'ann' as ShopperId, storeId: 's1' as StoreId, zoneId: 'tea' as ZoneId };
const trigger = (afterMs: number, more: object = {}): Pending =>
  ({
    ...place,
    visitId: 'v1' as VisitId,
    on: 'zoneEntered',
    at: AT + afterMs,
    ...more,
  }) as Pending;
const exit = (enteredMs: number, leftMs: number, more: object = {}): PresenceChange =>
  ({
    ...place,
    kind: 'zoneExited',
    visitId: 'v1',
    enteredAt: AT + enteredMs,
    at: AT + leftMs,
    ...more,
  }) as PresenceChange;

/** When the zone was left, as it looks from a later trigger there. */
function leftAt(told: (exits: ZoneExits) => void, now: Pending, withinMs = 60_000): number | undefined {
  const exits = new ZoneExits(withinMs);
  told(exits);
  const at = exits.leftAt(now);
  return at === undefined ? undefined : at - AT;
}

describe('when a zone was left', () => {
  const once = (exits: ZoneExits): void => {
    exits.triggered(trigger(0));
    exits.learn(exit(0, 10_000));
  };

  it('is the latest end of a stay in which the same kind of trigger went off', () => {
    expect(leftAt(once, trigger(20_000))).toBe(10_000);
    const twice = (exits: ZoneExits): void => {
      once(exits);
      exits.triggered(trigger(20_000));
      exits.learn(exit(20_000, 30_000));
    };
    expect(leftAt(twice, trigger(40_000))).toBe(30_000);
    expect(leftAt(once, trigger(20_000, { on: 'zoneDwelled' }))).toBeUndefined();
  });

  it('is unknown without a trigger in that stay, of another zone, and of another shopper', () => {
    expect(leftAt((exits) => exits.learn(exit(0, 10_000)), trigger(20_000))).toBeUndefined();
    for (const elsewhere of [{ zoneId: 'door' }, { storeId: 's2' }, { shopperId: 'bob' }]) {
      expect(leftAt(once, trigger(20_000, elsewhere))).toBeUndefined();
    }
    const before = (exits: ZoneExits): void => {
      exits.triggered(trigger(0));
      exits.learn(exit(1, 10_000));
    };
    expect(leftAt(before, trigger(20_000))).toBeUndefined();
  });

  it('of a stay that proved mistaken is its beginning', () => {
    const mistaken = (exits: ZoneExits): void => {
      exits.triggered(trigger(0));
      exits.learn(exit(0, 10_000, { mistaken: true }));
    };
    expect(leftAt(mistaken, trigger(20_000))).toBe(0);
  });

  it('counts a trigger at the very end of its stay, in whichever order they are told', () => {
    const dwelled = { on: 'zoneDwelled' as const };
    const late = (exits: ZoneExits): void => {
      exits.learn(exit(0, 10_000));
      exits.triggered(trigger(10_000, dwelled));
    };
    expect(leftAt(late, trigger(20_000, dwelled))).toBe(10_000);
  });

  it('is forgotten once no re-arm looks back so far, and not before', () => {
    const later = (afterMs: number) => (exits: ZoneExits) => {
      once(exits);
      exits.triggered(trigger(afterMs, { shopperId: 'bob' }));
    };
    expect(leftAt(later(60_000 + LONGEST_STAY_MS), trigger(69_000))).toBe(10_000);
    expect(leftAt(later(60_000 + LONGEST_STAY_MS + 10_001), trigger(69_000))).toBeUndefined();
    expect(leftAt(once, trigger(20_000), 0)).toBeUndefined();
  });
});
