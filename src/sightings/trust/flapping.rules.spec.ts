import fc from 'fast-check';
import {
  decayed,
  flapsPerHour,
  isPairFlapping,
  isShortStay,
  isZoneFlapping,
  PAIR,
  ZONE,
  type DecayingCount,
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

  it('tells its flaps by the hour', () => {
    expect(flapsPerHour(after(1_000, 60_000, ZONE.decayMs))).toBeCloseTo(60, -1);
  });
});

describe('a stay', () => {
  it.each([
    ['under five seconds is short', { enteredAt: NOW, at: NOW + 4_999 }, true],
    ['of five seconds is not', { enteredAt: NOW, at: NOW + 5_000 }, false],
    ['that never was is', { enteredAt: NOW, at: NOW + 9_000, mistaken: true }, true],
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
