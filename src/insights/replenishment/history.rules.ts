import { DAY_MS } from '../../shared/time.js';
import type { Instant } from '../../shared/time.js';
import type { ReplenishmentState } from '../../shared/shopper-view.js';
import { observePurchase, shoppingDay } from './replenishment.rules.js';

/** One purchase, as far as habits are concerned. */
export interface Trip {
  purchasedAt: Instant;
  /** The day on the wall of the store, else of the shopper's zone, else UTC; numbered from 1970-01-01. */
  day: number;
  /** Of the products the catalogue knows, each once. */
  categories: readonly string[];
  /** Each once, whether the catalogue knows it or not. */
  products: readonly string[];
  /** Products it does not know: their category comes with them. */
  unknownProducts: readonly string[];
}

/** A shopper's visits (distinct shopping days, any channel) and what they bought on them. */
export interface History {
  visits: number;
  firstVisitAt: Instant;
  lastVisitAt: Instant;
  /** Products bought whose category was not known when they were folded in. */
  awaiting: readonly string[];
  categories: ReadonlyMap<string, ReplenishmentState>;
}

/** Fewer visits than this say nothing about how often a shopper comes. */
const VISITS_FOR_A_RHYTHM = 3;

/** True when every trip is of the last day folded in or a later one, so that no fold from the start is needed. */
export function isInOrder(history: Pick<History, 'lastVisitAt'>, trips: readonly Trip[]): boolean {
  const lastDay = shoppingDay(history.lastVisitAt);
  return trips.every(({ purchasedAt }) => shoppingDay(purchasedAt) >= lastDay);
}

/**
 * The history after some more trips, given in any order; a trip that is in it already changes nothing. Without a
 * history it is the fold of all trips; `undefined` of none.
 *
 * @param history may hold only the categories of `trips`: the others do not change
 * @throws RangeError when a trip is of a day before the last one ({@link isInOrder})
 */
export function observeTrips(history: History | undefined, trips: readonly Trip[]): History | undefined {
  const ordered = [...trips].sort((a, b) => a.purchasedAt - b.purchasedAt);
  const [first] = ordered;
  if (first === undefined) return history;
  const draft = draftOf(history, first.purchasedAt);
  for (const trip of ordered) take(draft, trip);
  return { ...draft, awaiting: [...draft.awaiting] };
}

/** A history under way, changed in place: copied at each trip, a long fold would be slow. */
interface Draft {
  visits: number;
  firstVisitAt: Instant;
  lastVisitAt: Instant;
  awaiting: Set<string>;
  categories: Map<string, ReplenishmentState>;
}

function draftOf(history: History | undefined, startsAt: Instant): Draft {
  if (history === undefined) {
    return {
      visits: 0,
      firstVisitAt: startsAt,
      lastVisitAt: startsAt,
      awaiting: new Set(),
      categories: new Map(),
    };
  }
  return { ...history, awaiting: new Set(history.awaiting), categories: new Map(history.categories) };
}

function take(draft: Draft, { purchasedAt, categories, unknownProducts }: Trip): void {
  const day = shoppingDay(purchasedAt);
  const lastDay = shoppingDay(draft.lastVisitAt);
  if (day < lastDay) throw new RangeError(`trip at ${purchasedAt} is late: fold anew`);
  if (draft.visits === 0 || day > lastDay) draft.visits += 1;
  draft.firstVisitAt = Math.min(draft.firstVisitAt, purchasedAt);
  draft.lastVisitAt = Math.max(draft.lastVisitAt, purchasedAt);
  for (const product of unknownProducts) draft.awaiting.add(product);
  for (const category of categories) {
    draft.categories.set(
      category,
      observePurchase(draft.categories.get(category), purchasedAt, draft.visits),
    );
  }
}

/** Mean days from one visit to the next; `undefined` before the third visit. */
export function visitEveryDays(activity: {
  visits: number;
  firstVisitAt?: Instant;
  lastVisitAt?: Instant;
}): number | undefined {
  const { visits, firstVisitAt, lastVisitAt } = activity;
  if (visits < VISITS_FOR_A_RHYTHM || firstVisitAt === undefined || lastVisitAt === undefined)
    return undefined;
  return (lastVisitAt - firstVisitAt) / DAY_MS / (visits - 1);
}
