import type { ShopperId, StoreId, VisitId, ZoneId } from './ids.js';
import type { HourRange, Instant, LocalTime } from './time.js';

export type ConsentPurpose = 'location' | 'profiling' | 'push' | 'clienteling';
export type Consents = Readonly<Record<ConsentPurpose, boolean>>;

export type AttributeValue = string | number | boolean | readonly string[] | null;

export type TriggerKind = 'visitStarted' | 'zoneEntered' | 'zoneDwelled' | 'checkedIn';
export type ZoneKind = 'entrance' | 'aisle' | 'department' | 'service' | 'checkout';

/** What is kept per shopper and category, updated by each purchase in O(1). */
export interface ReplenishmentState {
  /** Distinct days on which the category was bought. */
  purchases: number;
  firstPurchasedAt: Instant;
  lastPurchasedAt: Instant;
  /** The shopper's count of visits (distinct shopping days, any channel) when the category was first bought, that visit included. */
  visitsAtFirst: number;
  /** Over the gaps between successive purchase days, in days: Σ ln gap and Σ (ln gap)². There are `purchases - 1` of them. */
  sumLogGap: number;
  sumLogGapSquared: number;
}

/** What the whole clientele teaches about a category; the start for a shopper of whom little is known. */
export interface CategoryPrior {
  /** Mean of the shoppers' mean ln gap (days), its standard deviation between shoppers, and the deviation within one. */
  logGapMean: number;
  logGapBetween: number;
  logGapWithin: number;
  /** Beta-Binomial of buying the category on a visit: mean, and strength in visits. */
  visitShare: number;
  visitStrength: number;
}

/** A shopper's history of one category with the prior it is read against. */
export interface CategoryHistory {
  state: ReplenishmentState;
  prior: CategoryPrior;
}

/** The brand a shopper buys most within an equivalence group, of the last year's units. */
export interface MainBrand {
  brand: string;
  ownBrand: boolean;
  units: number;
}

/** The eleven usual names, from best to lost. */
export const RFM_SEGMENTS = [
  'champions',
  'loyal',
  'potentialLoyalists',
  'new',
  'promising',
  'needAttention',
  'aboutToSleep',
  'atRisk',
  'cannotLoseThem',
  'hibernating',
  'lost',
] as const;
export type RfmSegment = (typeof RFM_SEGMENTS)[number];

/** What a shopper's purchases come to. Days are counted from 1970-01-01 in UTC; money is in minor units. */
export interface ValueState {
  /** Distinct days with a purchase; a return is none. */
  purchaseDays: number;
  firstDay: number;
  lastDay: number;
  /** Of the shopper's main currency; null where no price is known. */
  currency: string | null;
  spent: number;
  margin: number;
  /** Days on which something was paid in that currency. */
  spendDays: number;
  /** Scores 1 … 5 and segment, from the shopper's first nightly round on. */
  rfm?: { recency: number; frequency: number; monetary: number; segment: RfmSegment };
}

/** The purchase model in use, fitted to the whole clientele: (M)BG/CNBD-k, α in weeks, and Gamma-Gamma. */
export interface ValueModel {
  purchases: { k: number; dropoutAtFirst: 0 | 1; r: number; alpha: number; a: number; b: number };
  /** What the forecast of 26, 52 and 78 weeks is to be multiplied by; see docs/lifetime-value.md. */
  bias: readonly [number, number, number];
  /** Spend per purchase day, in minor units of its currency. */
  spend: { p: number; q: number; v: number; currency: string } | null;
}

/**
 * The compact view of one shopper that decisions read: a few KB, more for who has bought hundreds of categories; warmed
 * when a visit starts.
 */
export interface ShopperView {
  shopperId: ShopperId;
  displayName?: string;
  locale?: string;
  timeZone?: string;
  homeStoreId?: StoreId;
  /** `MM-DD` */
  birthday?: string;
  attributes: Readonly<Record<string, AttributeValue>>;
  loyalty?: { tier: string; points: number; since?: string };
  consents: Consents;
  preferences: { quietHours?: HourRange; snoozeUntil?: Instant; mutedCategories: readonly string[] };
  /** Everything below is empty without the `profiling` consent. */
  activity: { visits: number; firstVisitAt?: Instant; lastVisitAt?: Instant };
  replenishment: ReadonlyMap<string, CategoryHistory>;
  mainBrands: ReadonlyMap<string, MainBrand>;
  value?: { state: ValueState; model: ValueModel };
}

/** All that a rule may ask about: the moment, the place and the person. */
export interface Facts {
  at: Instant;
  on: TriggerKind;
  /** The clock on the store's wall at `at`. */
  local: LocalTime;
  storeId: StoreId;
  visitId?: VisitId;
  /** Seconds since the visit began. */
  visitSeconds?: number;
  zone?: { zoneId: ZoneId; kind: ZoneKind; categories: readonly string[] };
  /** Seconds in the present zone. */
  dwellSeconds?: number;
  shopper: ShopperView;
}
