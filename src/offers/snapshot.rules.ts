import type { Facts, Instant, ProductId, StoreId, TriggerKind } from '../shared/index.js';
import type { LiveOffer } from './live-offer.js';
import { MetRules } from './met-rules.js';
import type { RuleIndexes } from './rule-indexes.js';
import type { TriggerMoment } from './trigger.rules.js';

/** Everything decisions know of offers at one time. Never changed, only replaced. */
export interface LiveSnapshot {
  /** Rises with every replacement in this process. */
  readonly version: number;
  /** All approved offers that are not paused, also those whose schedule has not begun. */
  readonly offers: readonly LiveOffer[];
  /** The offers that a moment triggers, by id. */
  readonly candidatesFor: (moment: TriggerMoment) => readonly LiveOffer[];
  /** Whether the rule of an offer holds: all that the trigger of `facts` may call for are asked at once. */
  readonly isMet: (offer: LiveOffer, facts: Facts) => boolean;
  /** Every dwell that some offer waits for, ascending. */
  readonly dwellSeconds: readonly number[];
  /** Whether a product can be had in a store; one of which nothing is known can. */
  readonly stockOf: (storeId: StoreId, productId: ProductId) => boolean;
}

/** Stock of what offers lead to, by `storeId\nproductId`. */
export type Stock = ReadonlyMap<string, boolean>;

/** Offers that are considered together, with their rules. */
interface Books {
  offers: readonly LiveOffer[];
  rules: MetRules;
}

interface Shelf {
  everywhere: Books;
  /** Of the stores that some offer names: its own offers and those for everywhere. */
  byStore: Map<StoreId, Books>;
}

const NONE: readonly LiveOffer[] = [];

export function snapshotOf(
  version: number,
  offers: readonly LiveOffer[],
  stock: Stock,
  indexes: RuleIndexes,
): LiveSnapshot {
  const sorted = [...offers].sort((a, b) => (a.offerId < b.offerId ? -1 : 1));
  const shelves = shelvesOf(sorted, indexes);
  const near = (on: TriggerKind, storeId: StoreId): Books | undefined => {
    const shelf = shelves.get(on);
    return shelf?.byStore.get(storeId) ?? shelf?.everywhere;
  };
  const dwells = sorted
    .filter(({ document }) => document.trigger.on.includes('zoneDwelled'))
    .map(({ document }) => document.trigger.dwellSeconds);
  return {
    version,
    offers: sorted,
    candidatesFor: (moment) =>
      (near(moment.on, moment.storeId)?.offers ?? NONE).filter(
        (offer) => runsAt(offer, moment.at) && offer.matches(moment),
      ),
    isMet: (offer, facts) =>
      near(facts.on, facts.storeId)?.rules.holds(offer, facts) ?? offer.eligible(facts),
    dwellSeconds: [...new Set(dwells)].sort((a, b) => a - b),
    stockOf: (storeId, productId) => stock.get(`${storeId}\n${productId}`) ?? true,
  };
}

/** Between the schedule's ends; its days and hours are for the decision, which knows the store's clock. */
function runsAt({ document: { schedule } }: LiveOffer, at: Instant): boolean {
  const { startsAt, endsAt } = schedule;
  return (startsAt === null || Date.parse(startsAt) <= at) && (endsAt === null || at < Date.parse(endsAt));
}

function shelvesOf(offers: readonly LiveOffer[], indexes: RuleIndexes): ReadonlyMap<TriggerKind, Shelf> {
  const booksOf = (some: readonly LiveOffer[], key: string): Books => ({
    offers: some,
    rules: new MetRules(some, indexes, key),
  });
  const shelves = new Map<TriggerKind, Shelf>();
  const kinds = new Set(offers.flatMap(({ document }) => document.trigger.on));
  for (const kind of kinds) {
    const ofKind = offers.filter(({ document }) => document.trigger.on.includes(kind));
    const named = new Set(ofKind.flatMap(({ document }) => document.trigger.storeIds));
    const isMadeIn = ({ document: { trigger } }: LiveOffer, storeId: StoreId): boolean =>
      trigger.storeIds.length === 0 || trigger.storeIds.includes(storeId);
    shelves.set(kind, {
      everywhere: booksOf(
        ofKind.filter(({ document }) => document.trigger.storeIds.length === 0),
        kind,
      ),
      byStore: new Map(
        [...named].map((storeId) => [
          storeId,
          booksOf(
            ofKind.filter((offer) => isMadeIn(offer, storeId)),
            `${kind} ${storeId}`,
          ),
        ]),
      ),
    });
  }
  return shelves;
}
