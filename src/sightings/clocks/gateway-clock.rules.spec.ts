import fc from 'fast-check';
import { correctionMs, observed, UNKNOWN_CLOCK, type GatewayClock } from './gateway-clock.rules.js';
import { ownTimeOf } from './own-time.rules.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const HOUR = 3_600_000;

/** Payloads a second apart, each by what its sender's clock is behind and how long it was on its way. */
function heard(
  seconds: number,
  from: number,
  of: (second: number) => { behindMs: number; wayMs: number },
  clock: GatewayClock = UNKNOWN_CLOCK,
): GatewayClock {
  const payloads = Array.from({ length: seconds }, (_, second) => {
    const { behindMs, wayMs } = of(second);
    const sentAt = from + second * 1_000;
    return { ownTime: sentAt - behindMs, receivedAt: sentAt + wayMs };
  }).sort((a, b) => a.receivedAt - b.receivedAt);
  return payloads.reduce((known, { ownTime, receivedAt }) => observed(known, ownTime, receivedAt), clock);
}
const steady = (behindMs: number) => () => ({ behindMs, wayMs: 80 });

describe('the clock of a gateway', () => {
  it('is not judged by fewer than four payloads', () => {
    expect(heard(3, NOW, steady(-9_000)).offsetMs).toBeUndefined();
    expect(heard(4, NOW, steady(-9_000)).offsetMs).toBe(-8_920);
  });

  it.each([-HOUR, -9_000, 0, 30_000, 300_000, 40 * 365 * 24 * HOUR])(
    'is found where it is %d ms behind, whatever the way takes (30 ms to 17 s)',
    (behindMs) => {
      const way = fc.noBias(fc.integer({ min: 30, max: 17_000 }));
      const ways = fc.array(way, { minLength: 600, maxLength: 600 });
      fc.assert(
        fc.property(ways, (wayMs) => {
          const { offsetMs } = heard(600, NOW + 40 * 365 * 24 * HOUR, (second) => ({
            behindMs,
            wayMs: wayMs[second] ?? 0,
          }));
          expect(Math.abs((offsetMs ?? NaN) - behindMs)).toBeLessThan(2_000);
        }),
        { numRuns: 20, endOnFailure: true },
      );
    },
  );

  it.each([
    [10, HOUR],
    [30, HOUR],
    [30, -HOUR],
    [30, 30_000],
    [60, undefined],
  ])('that sends every %d s is found, up to half a minute: %d ms', (every, behindMs) => {
    let clock = UNKNOWN_CLOCK;
    for (let second = 0; second < 600; second += every) {
      const receivedAt = NOW + second * 1_000;
      clock = observed(clock, receivedAt - (behindMs ?? HOUR), receivedAt + 80);
    }
    expect(clock.offsetMs).toBe(behindMs === undefined ? undefined : behindMs + 80);
  });

  it('comes within a second of the truth where most payloads are quick, as Kontakt.io saw', () => {
    const { offsetMs } = heard(600, NOW, (second) => ({
      behindMs: 300_000,
      wayMs: second % 4 === 0 ? (second * 997) % 17_000 : 30 + ((second * 31) % 400),
    }));
    expect(Math.abs((offsetMs ?? NaN) - 300_000)).toBeLessThan(1_000);
  });

  it.each([
    ['set forward: NTP comes on', 300_000, 0, 3],
    ['set forward by little', 10_000, 2_000, 3],
    ['set back: NTP comes on', -HOUR, 0, 5],
    ['set back, and now wrong', 0, 300_000, 5],
  ])('is followed within a few payloads when it is %s', (_, before, after, payloads) => {
    const known = heard(30, NOW, steady(before));
    const { offsetMs } = heard(payloads, NOW + 30_000, steady(after), known);
    expect(Math.abs((offsetMs ?? NaN) - after)).toBeLessThan(200);
  });

  it('is not told by stamps of 1970', () => {
    const known = heard(30, NOW, steady(0));
    expect(heard(30, NOW + 30_000, steady(NOW), known)).toEqual(known);
  });

  it('is not moved by one payload that is an hour ahead now and then', () => {
    const slips = heard(300, NOW, (second) => ({ behindMs: second % 10 === 9 ? -HOUR : 5_000, wayMs: 50 }));
    expect(Math.abs((slips.offsetMs ?? NaN) - 5_000)).toBeLessThan(200);
  });

  it('drifts and is followed', () => {
    const { offsetMs } = heard(20_000, NOW, (second) => ({ behindMs: second * 0.1, wayMs: 50 }));
    expect(Math.abs((offsetMs ?? NaN) - 2_050)).toBeLessThan(300);
  });
});

describe('data that a gateway stored', () => {
  const live = heard(60, NOW, steady(0));
  const gapMs = 300_000;

  it('is no clock where it goes on from where it stood, not even when it never catches up', () => {
    const queued = heard(300, NOW + 60_000 + gapMs, steady(gapMs), live);
    expect(Math.abs(queued.offsetMs ?? NaN)).toBeLessThan(200);
    expect(queued.offsetAt).toBe(live.offsetAt);
  });

  it.each([1.6, 2, 5, 60])('is no clock where it catches up %d times as fast as time', (speed) => {
    for (const known of [live, UNKNOWN_CLOCK]) {
      const seconds = Math.floor(gapMs / 1_000 / (speed - 1)) - 1;
      const caughtUp = heard(
        seconds,
        NOW + 60_000 + gapMs,
        (second) => ({ behindMs: gapMs - second * 1_000 * (speed - 1), wayMs: 50 }),
        known,
      );
      expect(Math.abs(caughtUp.offsetMs ?? 0)).toBeLessThan(200);
    }
  });

  it('is no clock where it comes between what is heard now', () => {
    const mixed = heard(
      300,
      NOW,
      (second) => ({ behindMs: second % 2 === 0 ? 0 : 240_000, wayMs: 50 }),
      live,
    );
    expect(Math.abs(mixed.offsetMs ?? NaN)).toBeLessThan(200);
  });

  it.each([1, 1.1, 1.3])(
    'is no clock where it follows what is heard now, %d times as fast as time',
    (speed) => {
      const back = heard(5, NOW + 60_000 + gapMs, steady(0), live);
      const seconds = gapMs / 1_000;
      const followed = heard(
        seconds,
        NOW + 65_000 + gapMs,
        (second) => ({ behindMs: gapMs + 5_000 - second * 1_000 * (speed - 1), wayMs: 50 }),
        back,
      );
      expect(Math.abs(followed.offsetMs ?? NaN)).toBeLessThan(200);
    },
  );

  it('is no clock where one payload spans minutes', () => {
    expect(ownTimeOf([NOW - 400_000, NOW - 200_000, NOW - 100_000, NOW])).toBeUndefined();
  });
});

describe('the time a payload tells of itself', () => {
  const many = Array.from({ length: 20 }, (_, index) => NOW - index * 100);

  it.each([
    ['the newest', [NOW - 900, NOW, NOW - 300], NOW],
    ['none, where it tells none', [], undefined],
    ['none, where the clock was never set', [5_000, 9_000], undefined],
    ['that of the rows with a real time', [5_000, NOW], NOW],
    ['not that of a slip', [...many, NOW + 121e9], NOW - 200],
  ])('is %s', (_, times, own) => {
    expect(ownTimeOf(times)).toBe(own);
  });
});

describe('the correction of a payload', () => {
  const known = (offsetMs: number): GatewayClock => ({ recent: [], offsetMs, offsetAt: NOW });

  it.each([
    ['nothing while the clock is not known', UNKNOWN_CLOCK, 300_000, 0],
    ['nothing where the way explains the difference', known(1_900), 1_900, 0],
    ['the offset', known(300_000), 300_080, 300_000],
    ['the offset also of a payload that tells no time', known(300_000), undefined, 300_000],
    ['no more than the payload is behind: its clock was just set', known(300_000), 200, 0 + 200],
    ['nothing where it is ahead and was behind', known(300_000), -200, 0],
    ['the offset of a clock that is ahead', known(-9_000), -8_900, -9_000],
  ])('is %s', (_, clock, lagMs, correction) => {
    expect(correctionMs(clock, lagMs)).toBe(correction);
  });
});
