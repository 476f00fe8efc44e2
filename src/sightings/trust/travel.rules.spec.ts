import fc from 'fast-check';
import type { StoreId } from '../../shared/index.js';
import { canHaveTravelled, defaultTravel } from './travel.rules.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const here = { storeId: 's1' as StoreId, at: NOW };
const there = (afterMs: number): { storeId: StoreId; at: number } => ({
  storeId: 's2' as StoreId,
  at: NOW + afterMs,
});

describe('a shopper known in one store', () => {
  it.each([
    ['heard in another a second later cannot be there', 1_000, 'sighting', false],
    ['heard in another just short of the time to travel cannot be there', 59_999, 'sighting', false],
    ['heard in another after the time to travel is there', 60_000, 'sighting', true],
    ['heard in another before cannot have been there', -1, 'sighting', false],
    ['who checks in to another at once is there', 0, 'checkin', true],
    ['whose check-in to another was made before is not there any more', -1, 'checkin', false],
  ] as const)('%s', (_, afterMs, by, possible) => {
    expect(canHaveTravelled(here, there(afterMs), by)).toBe(possible);
  });

  it('may be heard there at any time', () => {
    fc.assert(fc.property(fc.integer(), (at) => canHaveTravelled(here, { ...here, at }, 'sighting')));
  });

  it('is never in both of two stores within the time to travel', () => {
    const times = fc.integer({ min: NOW - 300_000, max: NOW + 300_000 });
    fc.assert(
      fc.property(times, times, (a, b) => {
        const [first, second] = [
          { storeId: 's1' as StoreId, at: a },
          { storeId: 's2' as StoreId, at: b },
        ];
        const either = [first, second] as const;
        const bothWays =
          canHaveTravelled(either[0], either[1], 'sighting') ||
          canHaveTravelled(either[1], either[0], 'sighting');
        expect(bothWays).toBe(Math.abs(a - b) >= defaultTravel.minimumTravelMs);
      }),
    );
  });
});
