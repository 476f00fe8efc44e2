import fc from 'fast-check';
import type { ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';
import { pour } from './smoothing.rules.js';
import { decode, decodePlayed, encode, encodePlayed } from './encoding.js';
import type { Track } from './location/track.rules.js';
import { copyOf, shortHash } from './state.js';
import type { Presence } from './state.js';

const zoneId = fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/).map((id) => id as ZoneId);
const startedAt = fc.integer({ min: 1.7e12, max: 1.9e12 });
const stay = fc.option(fc.record({ zoneId, enteredAt: startedAt, dwellTold: fc.nat(3600) }), {
  nil: undefined,
});
const second = fc.integer({ min: -15, max: 4 }).map((offset) => 1_800_000_000 + offset);
const shopperId = 'shopper' as ShopperId;
const parts = (per: number, most: number, least = -most): fc.Arbitrary<number> =>
  fc.integer({ min: least * per, max: most * per }).map((whole) => whole / per);
const track: fc.Arbitrary<Track> = fc.record({
  second,
  x: parts(100, 500),
  y: parts(100, 500),
  deviationX: parts(100, 200, 0),
  deviationY: parts(100, 200, 0),
  correlation: parts(100, 1),
  velocityX: parts(100, 3),
  velocityY: parts(100, 3),
  velocityDeviationX: parts(100, 3, 0),
  velocityDeviationY: parts(100, 3, 0),
  gainX: parts(1_000, 2),
  gainY: parts(1_000, 2),
  louderDb: parts(100, 30),
  louderDeviationDb: parts(100, 20, 0),
  locatedAt: second,
  locatedSeconds: fc.nat(3),
});
/** Buckets as presence keeps them: second, loudest, faintest in one array. */
const buckets = fc
  .array(fc.tuple(second, fc.integer({ min: -127, max: -1 }), fc.nat(80)), { minLength: 1 })
  .map((each) => each.flatMap(([at, loudest, less]) => [at, loudest, loudest - less]));
const presences: fc.Arbitrary<Presence> = fc.record({
  shopperId: fc.constant(shopperId),
  storeId: fc.string().map((id) => id as StoreId),
  visitId: fc.uuid({ version: 7 }).map((id) => id as VisitId),
  startedAt,
  lastHeardAt: startedAt,
  ownPhone: fc.boolean(),
  openSecond: fc.constant(1_800_000_000),
  competition: fc.record({
    zoneId: fc.option(zoneId, { nil: undefined }),
    left: fc.option(fc.record({ zoneId, second }), { nil: undefined }),
    evidence: fc.array(
      fc.record({ zoneId, db: fc.integer({ min: 1, max: 400 }).map((tenths) => tenths / 10) }),
    ),
    track: fc.option(track, { nil: undefined }),
  }),
  stay,
  hasty: stay,
  anchors: fc.array(fc.record({ anchor: fc.nat(6_000), buckets })),
  stamp: fc.nat(0xffff),
  played: fc.constant([]),
  checkIns: fc.array(fc.string().map(shortHash), { maxLength: 4 }),
  pausedMs: fc.nat(),
  look: fc.record({ at: startedAt, heardUntil: startedAt }),
});

it('reads what it wrote', () => {
  fc.assert(
    fc.property(presences, (presence) => expect(decode(encode(presence), shopperId)).toEqual(presence)),
  );
});

it('reads the open seconds that it wrote', () => {
  const openSecond = 1_800_000_000;
  const competitions = presences.map(({ competition }) => competition);
  const played = fc.array(fc.record({ second, competition: competitions }), { maxLength: 5 });
  fc.assert(
    fc.property(played, (each) =>
      expect(decodePlayed(encodePlayed({ played: each, openSecond }), openSecond)).toEqual(each),
    ),
  );
});

it('takes two bytes an anchor and one a second where each was heard once a second', () => {
  const [presence] = fc.sample(presences, 1) as [Presence];
  const heard = (anchors: number, seconds: number): number => {
    const of = (at: number): number[] => [1_800_000_000 + at, -60, -60];
    const buckets = Array.from({ length: seconds }, (_, at) => of(at)).flat();
    return encode({
      ...presence,
      anchors: Array.from({ length: anchors }, (_, anchor) => ({ anchor, buckets })),
    }).length;
  };
  expect(heard(12, 4) - heard(0, 0)).toBe(12 * (2 + 4));
});

it('reads no other format', () => {
  expect(decode(Buffer.from('[1,"s"]'), shopperId)).toBeUndefined();
  expect(decode(Buffer.alloc(0), shopperId)).toBeUndefined();
});

it('copies without sharing what advances', () => {
  fc.assert(
    fc.property(presences, (presence) => {
      const before = encode(presence);
      const copy = copyOf(presence);
      for (const { anchor } of presence.anchors) pour(copy.anchors, anchor, 1_800_000_000, -60);
      if (copy.stay !== undefined) copy.stay.dwellTold += 1;
      expect(encode(presence)).toEqual(before);
    }),
    { numRuns: 30 },
  );
});
