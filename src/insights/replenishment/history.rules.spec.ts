import fc from 'fast-check';
import { DAY_MS } from '../../shared/time.js';
import { isInOrder, observeTrips, visitEveryDays, type History, type Trip } from './history.rules.js';
import { foldPurchases } from './replenishment.rules.js';

const NOON = Date.UTC(2026, 0, 1, 12);
const trip = (day: number, categories: string[] = [], unknownProducts: string[] = []): Trip => ({
  purchasedAt: NOON + day * DAY_MS,
  day: Math.floor((NOON + day * DAY_MS) / DAY_MS),
  categories,
  products: unknownProducts,
  unknownProducts,
});

const anyTrip: fc.Arbitrary<Trip> = fc
  .record({
    purchasedAt: fc.integer({ min: 0, max: 60 * DAY_MS }).map((offset) => NOON + offset),
    categories: fc.uniqueArray(fc.constantFrom('coffee', 'filters', 'milk', 'soap')),
    unknownProducts: fc.uniqueArray(fc.constantFrom('p1', 'p2')),
  })
  .map((bought) => ({
    ...bought,
    products: bought.unknownProducts,
    day: Math.floor(bought.purchasedAt / DAY_MS),
  }));
const anyTrips = fc.array(anyTrip, { minLength: 1, maxLength: 25 });

/** As the text of a comparison: Maps by their entries in order. */
function plain(history: History | undefined): unknown {
  if (history === undefined) return undefined;
  return {
    ...history,
    awaiting: [...history.awaiting].sort(),
    categories: [...history.categories].sort(([a], [b]) => a.localeCompare(b)),
  };
}

describe('a shopper’s history', () => {
  it('is nothing without trips', () => {
    expect(observeTrips(undefined, [])).toBeUndefined();
  });

  it('counts shopping days, not purchases, and keeps what the catalogue does not know', () => {
    const history = observeTrips(undefined, [
      trip(0, ['milk']),
      trip(0.1, ['milk', 'soap']),
      trip(7, [], ['p1']),
    ]);
    expect(history).toMatchObject({
      visits: 2,
      firstVisitAt: NOON,
      lastVisitAt: NOON + 7 * DAY_MS,
      awaiting: ['p1'],
    });
    expect(history?.categories.get('milk')).toMatchObject({ purchases: 1, visitsAtFirst: 1 });
  });

  it('says which trips need a fold from the start, and refuses them otherwise', () => {
    const history = observeTrips(undefined, [trip(5, ['milk'])])!;
    expect(isInOrder(history, [trip(5.2), trip(6)])).toBe(true);
    expect(isInOrder(history, [trip(6), trip(4)])).toBe(false);
    expect(() => observeTrips(history, [trip(4)])).toThrow(RangeError);
  });

  it('is the same in whatever order all trips are given, as the categories folded one by one', () => {
    fc.assert(
      fc.property(anyTrips, (trips) => {
        const history = observeTrips(undefined, trips)!;
        expect(plain(observeTrips(undefined, [...trips].reverse()))).toEqual(plain(history));
        const ordered = [...trips].sort((a, b) => a.purchasedAt - b.purchasedAt);
        const visits = ordered.map(({ purchasedAt }) => purchasedAt);
        for (const [category, state] of history.categories) {
          const bought = ordered.filter(({ categories }) => categories.includes(category));
          const moments = bought.map(({ purchasedAt }) => purchasedAt);
          expect(state).toEqual(foldPurchases(moments, visits));
        }
      }),
    );
  });

  it('grown trip by trip is the history folded from the start, and twice is once', () => {
    fc.assert(
      fc.property(anyTrips, (trips) => {
        const ordered = [...trips].sort((a, b) => a.purchasedAt - b.purchasedAt);
        let grown: History | undefined;
        for (const next of ordered) {
          grown = observeTrips(grown, [next]);
          grown = observeTrips(grown, [next]);
        }
        expect(plain(grown)).toEqual(plain(observeTrips(undefined, trips)));
      }),
    );
  });

  it('grows the same when it holds only the categories of the new trips', () => {
    fc.assert(
      fc.property(anyTrips, anyTrip, (trips, more) => {
        const history = observeTrips(undefined, trips)!;
        fc.pre(isInOrder(history, [more]));
        const touched = [...history.categories].filter(([category]) => more.categories.includes(category));
        const some = observeTrips({ ...history, categories: new Map(touched) }, [more]);
        const all = observeTrips(history, [more]);
        expect({ ...some, categories: null }).toEqual({ ...all, categories: null });
        for (const category of more.categories) {
          expect(some?.categories.get(category)).toEqual(all?.categories.get(category));
        }
      }),
    );
  });
});

describe('how often a shopper comes', () => {
  it('is known from the third visit on', () => {
    const days = (visits: number) => ({ visits, firstVisitAt: NOON, lastVisitAt: NOON + 14 * DAY_MS });
    expect(visitEveryDays({ visits: 0 })).toBeUndefined();
    expect(visitEveryDays(days(2))).toBeUndefined();
    expect(visitEveryDays(days(3))).toBe(7);
  });
});
