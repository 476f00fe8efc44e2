import fc from 'fast-check';
import type { BeaconId } from '../../shared/index.js';
import { aheadSeconds, drifted } from './clock.rules.js';
import type { TableEntry } from './table.rules.js';

const WINDOW_MS = 1_024_000;
const STARTS = 1_000 * WINDOW_MS;
/** Of the window that is current from `STARTS` on. */
const entry: TableEntry = {
  name: 'eik:00' as BeaconId,
  rotationExponent: 10,
  offsetSeconds: 0,
  until: STARTS + 2 * WINDOW_MS,
};
const DAY_MS = 86_400_000;

describe('the clock of a beacon', () => {
  it.each([
    ['at the start of its window', STARTS, 0],
    ['at the end of its window', STARTS + WINDOW_MS, 0],
    ['a minute later, for sightings come late', STARTS + WINDOW_MS + 60_000, 0],
    ['7 s before its window', STARTS - 7_000, 7],
    ['later than a minute after its window', STARTS + WINDOW_MS + 69_000, -9],
  ])('heard %s is off by at least %i s', (_, now, ahead) => {
    expect(aheadSeconds(entry, now)).toBe(ahead);
  });

  it('is followed no faster than a quartz drifts', () => {
    const heard = { at: 10 * DAY_MS, setAt: 9 * DAY_MS };
    expect(drifted(100, { ...heard, aheadSeconds: 5 })).toBe(105);
    expect(drifted(100, { ...heard, aheadSeconds: 500 })).toBe(112);
    expect(drifted(100, { ...heard, aheadSeconds: -500 })).toBe(88);
    expect(drifted(100, { ...heard, aheadSeconds: 0 })).toBe(100);
  });

  it('is never moved by what was heard before it was set', () => {
    const heard = { aheadSeconds: 60, at: 0, setAt: DAY_MS };
    expect(drifted(0, heard)).toBe(0);
  });

  it('that drifts is followed until what is heard of it is in its window again', () => {
    fc.assert(
      fc.property(fc.integer({ min: -150, max: 150 }), fc.integer({ min: 1, max: 400 }), (ppm, days) => {
        const driftedSeconds = Math.round((days * 86_400 * ppm) / 1e6);
        const heard = { aheadSeconds: driftedSeconds, at: days * DAY_MS, setAt: 0 };
        expect(Math.abs(drifted(0, heard) - driftedSeconds)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
