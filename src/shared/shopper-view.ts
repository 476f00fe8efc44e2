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

/** A shopper's history of one category with the prior it is read against. The first purchase is asked by nobody. */
export interface CategoryHistory {
  state: Omit<ReplenishmentState, 'firstPurchasedAt'> & {
    /** How many gaps the sums are worth, where older ones weigh less: `purchases - 1` unless told. */
    gaps?: number;
  };
  prior: CategoryPrior;
}

/** The brand a shopper buys most within an equivalence group, of the last year's units. */
export interface MainBrand {
  brand: string;
  ownBrand: boolean;
  units: number;
  /** Of the group's units of that year: those of this brand, and those of own brands. */
  share?: number;
  ownBrandShare?: number;
}

/** How often something was done in the last year, and when last. */
export interface Doings {
  count: number;
  lastAt: Instant;
}

export type TraitInteraction = 'viewed' | 'searched' | 'wishlisted' | 'shared' | 'referred' | 'reviewed';

/**
 * What a shopper's last year says about their ways. Counts rather than judgements, so that a rule may ask for the
 * evidence too. All counts are of purchases (receipts) unless told.
 */
export interface ShopperTraits {
  purchases: number;
  online: number;
  /** On the days that the settings name. */
  holidays: number;
  /** Monday first, and the hours 0 to 23: by the clock of the store, or of the shopper where bought online. */
  weekdays: readonly number[];
  hours: readonly number[];
  /** Most bought in first; of those alike by id. */
  stores: readonly (readonly [StoreId, number])[];
  /** Shares of what the till told a price of: units with a discount or coupon, money spent on them, units with a coupon. */
  reduced?: { units: number; spend?: number; couponUnits: number };
  /** Share of own brands in the units of products that have an equivalence group. */
  ownBrandShare?: number;
  /** Equivalence groups of which at least four receipts and nine units in ten are of one brand. */
  loyalGroups: number;
  interactions: Readonly<Partial<Record<TraitInteraction, Doings>>>;
  /** Whom they referred: how many, and the latest of them. */
  referrals: number;
  referred: readonly ShopperId[];
  /** Products looked at, searched or wished for and not bought since, the latest first. */
  browsed: readonly { productId: string; category?: string; at: Instant }[];
  /** Offers that came, and those opened: with a reward, and without. */
  offers: { rewarded: number; rewardedOpened: number; plain: number; plainOpened: number };
  acquired: { at: Instant; by: 'signup' | 'purchase'; channel?: string };
}

/** Where a shopper stands in the loyalty programme; of one that the retailer keeps, tier and points alone. */
export interface LoyaltyStanding {
  tier: string;
  points: number;
  since?: string;
  nextTier?: string;
  pointsToNextTier?: number;
  /** When the tier is looked at again, and lost unless its points are there. */
  tierEndsAt?: string;
  /** True where the points of now would not keep the tier at its end. */
  tierAtRisk?: boolean;
  entitlements?: readonly string[];
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

/** Of the products that were asked for, what `replenishment` and `foresight` of a view say of categories. */
export interface ProductNeeds {
  /** Shopping days so far, as `visitsAtFirst` of the histories counts them. */
  visits: number;
  /** Of a product that was never bought there is none. */
  histories: ReadonlyMap<string, CategoryHistory>;
  foresight: Foresight;
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
  loyalty?: LoyaltyStanding;
  consents: Consents;
  preferences: { quietHours?: HourRange; snoozeUntil?: Instant; mutedCategories: readonly string[] };
  /** Everything below is empty without the `profiling` consent. */
  activity: { visits: number; firstVisitAt?: Instant; lastVisitAt?: Instant };
  replenishment: ReadonlyMap<string, CategoryHistory>;
  /** Absent where no model was folded: then the histories alone speak. */
  foresight?: Foresight;
  mainBrands: ReadonlyMap<string, MainBrand>;
  /** Absent until they are first worked out, within a second or two of the consent. */
  traits?: ShopperTraits;
  /** The segments that the shopper belongs to. */
  segments?: readonly string[];
  /** What they said of offers, by the category these were about: how many stars on average, of how many. */
  ratings?: ReadonlyMap<string, { count: number; mean: number }>;
  value?: { state: ValueState; model: ValueModel };
}

/** One of a list that a rule may ask about as a whole, such as a line of a purchase: its fields by name. */
export type Item = Readonly<Record<string, AttributeValue | undefined>>;

/** What a shopper did of late, the latest first, as far as rules ask for it; a list that was not read is not known. */
export type ShopperLists = Readonly<Partial<Record<string, readonly Item[]>>>;

/** What has to be read of a shopper before some rule is asked: lists by name, products by id. */
export interface Reads {
  lists: ReadonlySet<string>;
  products: ReadonlySet<string>;
}

/** What was read of them; what was not is not known. */
export type Read = Pick<Facts, 'lists' | 'products'>;

/** What is known of the radios of a store, and of those in the zone that the shopper is in. */
export interface RadioFacts {
  gatewaysSilent: number;
  zone?: { beaconsHealthy?: boolean; beaconBatteryPercent?: number; flapsPerHour: number; muted: boolean };
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
  lists?: ShopperLists;
  /** Of the products that rules ask about, with the `profiling` consent. */
  products?: ProductNeeds;
  /** Whether the store has a product that a rule or an offer names. */
  inStock?: (productId: string) => boolean;
  /** How well the radios of the place are, some seconds ago; undefined where it is not known. */
  radio?: () => RadioFacts | undefined;
  /** Set while a rule asks about the items of a list: the one that is asked. */
  item?: Item;
}
