import fc from 'fast-check';
import { DAY_MS, type Instant, type ShopperView } from '../../shared/index.js';
import { observeTrips, type Trip } from '../replenishment/history.rules.js';
import { defaultPrior } from '../replenishment/replenishment.rules.js';
import { rewound, type Since } from './rewind.rules.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const CATEGORIES = ['coffee', 'milk', 'tea'];

const trip = fc.record({
  purchasedAt: fc.integer({ min: 0, max: 60 * 24 }).map((hours) => START + (hours * DAY_MS) / 24),
  categories: fc.subarray(CATEGORIES),
});

function tripsOf(given: readonly { purchasedAt: Instant; categories: string[] }[]): Trip[] {
  return given.map((each) => ({ ...each, day: 0, products: [], unknownProducts: [] }));
}

function viewOf(trips: readonly Trip[]): ShopperView {
  const history = observeTrips(undefined, trips);
  const states = [...(history?.categories ?? [])].map(([category, { firstPurchasedAt: _, ...state }]) => {
    return [category, { state, prior: defaultPrior() }] as const;
  });
  return {
    shopperId: 'ann',
    consents: { profiling: true },
    activity:
      history === undefined
        ? { visits: 0 }
        : { visits: history.visits, firstVisitAt: history.firstVisitAt, lastVisitAt: history.lastVisitAt },
    replenishment: new Map(states),
    foresight: { purchaseProbability: () => 0.5, nextPurchase: () => undefined },
  } as unknown as ShopperView;
}

/** What a repository would read: purchases since `from`, and the last before. */
function sinceOf(trips: readonly Trip[], from: Instant): Since {
  const split = (of: readonly Trip[]): { purchases: Instant[]; lastBefore: Instant | undefined } => {
    const times = of.map(({ purchasedAt }) => purchasedAt).sort((a, b) => a - b);
    return {
      purchases: times.filter((at) => at >= from),
      lastBefore: times.filter((at) => at < from).at(-1),
    };
  };
  const categories = CATEGORIES.map((category) => {
    return [category, split(trips.filter((each) => each.categories.includes(category)))] as const;
  });
  return { ...split(trips), categories: new Map(categories) };
}

/** Rounded: sums that are added to and taken from differ in the last digits. */
function shown({ activity, replenishment }: ShopperView) {
  const { visits, lastVisitAt } = activity;
  const states = CATEGORIES.map((category) => {
    const state = replenishment.get(category)?.state;
    return (
      state && {
        ...state,
        sumLogGap: Math.round(state.sumLogGap * 1e6),
        sumLogGapSquared: Math.round(state.sumLogGapSquared * 1e6),
      }
    );
  });
  return { visits, lastVisitAt, states };
}

describe('a view taken back in time', () => {
  it('knows what was bought up to the moment, and nothing that came after', () => {
    fc.assert(
      fc.property(
        fc.array(trip, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 30 }),
        (given, fromDay, later) => {
          const trips = tripsOf(given);
          const from = START + fromDay * DAY_MS;
          const at = from + later * DAY_MS;
          const past = rewound(viewOf(trips), sinceOf(trips, from), at);
          const expected = viewOf(trips.filter(({ purchasedAt }) => purchasedAt <= at));
          expect(shown(past)).toEqual(shown(expected));
        },
      ),
    );
  });

  it('leaves the model of purchases out where it has learned from what came after', () => {
    const trips = tripsOf([{ purchasedAt: START + DAY_MS, categories: ['tea'] }]);
    const view = viewOf(trips);
    expect(rewound(view, sinceOf(trips, START), START).foresight).toBeUndefined();
    expect(rewound(view, sinceOf(trips, START), START + DAY_MS)).toBe(view);
  });
});
