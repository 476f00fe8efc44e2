import fc from 'fast-check';
import type { ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';
import { pour } from './smoothing.rules.js';
import { copyOf, decode, encode, forgetSeen, noteSeen, shortHash } from './state.js';
import type { Presence } from './state.js';

const zoneId = fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/).map((id) => id as ZoneId);
const startedAt = fc.integer({ min: 1.7e12, max: 1.9e12 });
const stay = fc.option(fc.record({ zoneId, enteredAt: startedAt, dwellTold: fc.nat(3600) }), {
  nil: undefined,
});
const second = fc.nat(4).map((offset) => 1_800_000_000 + offset);
/** As presence keeps them: record after record in one array. */
const numbersOf = (...record: fc.Arbitrary<number>[]): fc.Arbitrary<number[]> =>
  fc.array(fc.tuple(...record)).map((records) => records.flat());
const presences: fc.Arbitrary<Presence> = fc.record({
  shopperId: fc.string().map((id) => id as ShopperId),
  storeId: fc.string().map((id) => id as StoreId),
  visitId: fc.uuid({ version: 7 }).map((id) => id as VisitId),
  startedAt,
  lastHeardAt: startedAt,
  openSecond: fc.constant(1_800_000_000),
  competition: fc.record({
    zoneId: fc.option(zoneId, { nil: undefined }),
    evidence: fc.array(
      fc.record({ zoneId, db: fc.integer({ min: 1, max: 400 }).map((tenths) => tenths / 10) }),
    ),
  }),
  stay,
  hasty: stay,
  anchors: fc.array(
    fc.record({
      key: fc.string(),
      buckets: numbersOf(second, fc.integer({ min: -900, max: -1 }), fc.integer({ min: 1, max: 9 })),
    }),
  ),
  seen: numbersOf(second, fc.string().map(shortHash)),
  checkIns: fc.array(fc.string().map(shortHash), { maxLength: 4 }),
  pausedMs: fc.nat(),
  look: fc.record({ at: startedAt, heardUntil: startedAt }),
});

it('reads what it wrote', () => {
  fc.assert(fc.property(presences, (presence) => expect(decode(encode(presence))).toEqual(presence)));
});

it('reads no other format', () => {
  expect(decode('[2,"s"]')).toBeUndefined();
  expect(decode('')).toBeUndefined();
});

it('copies without sharing what advances', () => {
  fc.assert(
    fc.property(presences, (presence) => {
      const before = encode(presence);
      const copy = copyOf(presence);
      for (const { key } of presence.anchors) pour(copy.anchors, key, 1_800_000_000, -60);
      noteSeen(copy, 1_800_000_000, 1);
      forgetSeen(copy, 1_800_000_002);
      if (copy.stay !== undefined) copy.stay.dwellTold += 1;
      expect(encode(presence)).toBe(before);
    }),
    { numRuns: 30 },
  );
});
