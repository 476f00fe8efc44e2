import fc from 'fast-check';
import type { StoreId, VisitId, ZoneId } from '../../shared/index.js';
import {
  countsOf,
  decayed,
  flapsPerHour,
  isPairFlapping,
  isShortStay,
  isZoneFlapping,
  PAIR,
  shortStaysIn,
  staysIn,
  ZONE,
  type DecayingCount,
  type StayEnd,
  type StayStart,
} from './flapping.rules.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');

/** The decayed count after `times` events, so far apart. */
function after(times: number, everyMs: number, decayMs: number): number {
  let count: DecayingCount = { value: 0, at: NOW };
  for (let event = 0; event < times; event += 1) {
    const at = NOW + event * everyMs;
    count = { value: decayed(count, at, decayMs) + 1, at };
  }
  return count.value;
}

/** Whether a zone counts as flapping at any time, that is entered by all at once and left after so many seconds each. */
function flapsWhenAllEnterAtOnce(seconds: readonly number[]): boolean {
  const [storeId, zoneId] = ['s1' as StoreId, 'coffee' as ZoneId];
  const stays = seconds.map((_, visit) => ({ storeId, zoneId, visitId: `visit-${visit}` as VisitId }));
  const counts = new Map<string, number>();
  const isFlappingAfter = (changes: (StayStart | StayEnd)[]): boolean => {
    for (const [what, { amount }] of countsOf(changes)) counts.set(what, (counts.get(what) ?? 0) + amount);
    return isZoneFlapping(counts.get(staysIn(zoneId)) ?? 0, counts.get(shortStaysIn(zoneId)) ?? 0);
  };
  let flaps = isFlappingAfter(stays.map((stay) => ({ ...stay, kind: 'zoneEntered' })));
  for (let second = 1; second <= 60; second += 1) {
    const at = NOW + second * 1_000;
    const left = stays.filter((_, visit) => seconds[visit] === second);
    flaps ||= isFlappingAfter(left.map((stay) => ({ ...stay, kind: 'zoneExited', enteredAt: NOW, at })));
  }
  return flaps;
}

describe('a shopper and a zone', () => {
  it.each([
    ['six exits within half a minute flap', 6, 5_000, true],
    ['five of them do not', 5, 5_000, false],
    ['eight within five minutes are still walking about', 8, 40_000, false],
    ['ten within five minutes flap', 10, 30_000, true],
    ['one a minute, for hours, does not', 500, 60_000, false],
  ])('%s', (_, exits, everyMs, flapping) => {
    expect(isPairFlapping(after(exits, everyMs, PAIR.decayMs))).toBe(flapping);
  });
});

describe('a zone', () => {
  it.each([
    ['with few stays tells nothing', 11, 11, false],
    ['with mostly short stays flaps', 20, 12, true],
    ['with half its stays short does not', 20, 10, false],
  ])('%s', (_, stays, short, flapping) => {
    expect(isZoneFlapping(stays, short)).toBe(flapping);
  });

  it('is judged by all who are there, not by the first who leave', () => {
    const length = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 60 }));
    const lengths = fc.array(length, { minLength: ZONE.fewestStays, maxLength: 60 });
    fc.assert(
      fc.property(lengths, (seconds) => {
        const short = seconds.filter((each) => each < 5).length;
        expect(flapsWhenAllEnterAtOnce(seconds)).toBe(short >= 0.6 * seconds.length);
      }),
    );
  });

  it('tells its flaps by the hour', () => {
    expect(flapsPerHour(after(1_000, 60_000, ZONE.decayMs))).toBeCloseTo(60, -1);
  });
});

describe('a stay', () => {
  it.each([
    ['under five seconds is short', { enteredAt: NOW, at: NOW + 4_999 }, true],
    ['of five seconds is not', { enteredAt: NOW, at: NOW + 5_000 }, false],
    ['that never was is', { enteredAt: NOW, at: NOW + 9_000, mistaken: true } as const, true],
  ])('%s', (_, stay, short) => {
    expect(isShortStay(stay)).toBe(short);
  });
});

describe('a count that decays', () => {
  it('never grows by itself, and never falls below nought', () => {
    const passed = fc.integer({ min: -10_000, max: 10_000_000 });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), passed, (value, passedMs) => {
        const left = decayed({ value, at: NOW }, NOW + passedMs, PAIR.decayMs);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(left).toBeLessThanOrEqual(value);
      }),
    );
  });
});
