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

/**
 * What the model of purchases says of one shopper. Made by `insights`, with what the clientele teaches at hand; days
 * are those of the shopper's zone.
 */
export interface Foresight {
  /** That the category is bought if the shopper visits on the day of `at`; undefined where it never was bought. */
  purchaseProbability(category: string, at: Instant): number | undefined;
  /** The 80 % interval of the next purchase, given that it has not come until `at`. */
  nextPurchase(category: string, at: Instant): { from: Instant; to: Instant } | undefined;
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
  /** Absent where no model was folded: then the histories alone speak. */
  foresight?: Foresight;
  mainBrands: ReadonlyMap<string, MainBrand>;
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
