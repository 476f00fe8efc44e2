import { FALSE_DISCOVERY_RATE, FEWEST_PURCHASES, FEWEST_SHOPPERS } from './trends/trends.rules.js';

/** What a number is: sent with every report, and the source of its section in `docs/metrics.md`. */
export interface Definition {
  label: string;
  unit: string;
  definition: string;
}
export type Definitions = Readonly<Record<string, Definition>>;

const SHOPPERS = 'shoppers';
const SHARE = 'share, 0 to 1';
const MONEY = 'minor units of each currency';

/** Minutes after the end of a visit in which a purchase still belongs to it: the queue, and tills whose clocks run ahead. */
export const PURCHASE_AFTER_VISIT_MINUTES = 30;

/** The figures of `GET /v1/reports/kpis`, for each period and for all of them together. */
export const kpiDefinitions = {
  acquiredShoppers: {
    label: 'Shoppers acquired',
    unit: SHOPPERS,
    definition:
      'Shoppers whose acquisition falls in the period: the day on record (acquisition.at), else the day of the first purchase, else the day the profile was made. acquisitionDatedBy says how many are dated in which way. In a report of one store they belong to it by homeStoreId, else by the store of the first purchase.',
  },
  acquisitionRate: {
    label: 'Acquisition rate',
    unit: SHARE + ', may exceed 1',
    definition:
      'Shoppers acquired in the period, divided by those acquired before it. Null when there were none before. The textbook divides by the prospects addressed; who was addressed and stayed away is not known here.',
  },
  acquisitionCost: {
    label: 'Cost of an acquisition',
    unit: MONEY + ', per shopper',
    definition:
      'Mean acquisition.cost over the shoppers acquired in the period whose cost is on record, by currency. An unknown cost is not taken for nothing: acquisitionCostKnown counts those that are known.',
  },
  acquisitionCostKnown: {
    label: 'Acquired shoppers with a known cost',
    unit: SHOPPERS,
    definition: 'Shoppers acquired in the period for whom acquisition.cost is on record.',
  },
  activeShoppers: {
    label: 'Active shoppers',
    unit: SHOPPERS,
    definition: 'Distinct shoppers with at least one purchase in the period.',
  },
  purchases: {
    label: 'Purchases',
    unit: 'purchases',
    definition:
      'Purchases in the period. One of which no line is above zero only brings goods back and is none.',
  },
  revenue: {
    label: 'Revenue',
    unit: MONEY,
    definition:
      'Sum over lines of quantity x unitPrice, rounded half up, less discount; returned goods are subtracted. Lines without a price count for nothing. Currencies are never added up.',
  },
  margin: {
    label: 'Margin',
    unit: MONEY,
    definition:
      'Sum over lines of what was paid less quantity x unitCost, at the catalogue’s present cost. Where the cost is not known, or is in another currency, DEFAULT_MARGIN_SHARE of what was paid stands for it; estimatedShare is the share of the turnover on which that was done, returns counted as turnover too.',
  },
  interPurchaseDays: {
    label: 'Average inter-purchase time',
    unit: 'days',
    definition:
      'For each shopper, the mean number of days between one purchase day and the next, over all gaps that end in the period, however early they began; then the mean over shoppers. Over a whole history it is (last day - first day) / (purchase days - 1). Null when no gap ended. Several purchases on one day are one purchase day.',
  },
  retention: {
    label: 'Retention',
    unit: SHARE,
    definition:
      'S(t) / S(t-1): of the shoppers active in the period before, the share that is active in this one too. Over several periods, the sum of those who stayed divided by the sum of those who could have. Null while the period is running, and when nobody was active before.',
  },
  defection: {
    label: 'Defection',
    unit: SHARE,
    definition: '1 - retention. A shopper who skips a period and comes back has defected once.',
  },
  averageLifetimePeriods: {
    label: 'Average lifetime',
    unit: 'periods',
    definition:
      'Of the shoppers acquired in the period: the number of periods with a purchase, summed over all of them from that period to the end of the report, divided by how many were acquired. 21,648 active customer-periods of 7,500 acquired are 2.89 periods. It grows as long as they are watched: lifetimeObservedPeriods says how long that was. For all periods together, over all shoppers acquired in the report.',
  },
  lifetimeObservedPeriods: {
    label: 'Periods in which the lifetime was watched',
    unit: 'periods',
    definition: 'Periods from that of the acquisition to the end of the report, both included.',
  },
  visits: {
    label: 'Visits',
    unit: 'visits',
    definition:
      'Visits to a store that began in the period, as sensed or checked in (needs the location consent).',
  },
  visitsPerShopper: {
    label: 'Visits per shopper',
    unit: 'visits per shopper',
    definition: 'Visits in the period, divided by the distinct shoppers who made them. Null without visits.',
  },
  visitsWithPurchaseShare: {
    label: 'Share of visits with a purchase',
    unit: SHARE,
    definition: `Share of the visits during which, or up to ${PURCHASE_AFTER_VISIT_MINUTES} minutes after which, the same shopper bought in the same store. A purchase counts for the last visit begun before it only. Null without visits.`,
  },
} as const satisfies Definitions;

/** What is expected of the shoppers from now on, in the same report. */
export const expectedDefinitions = {
  scoredShoppers: {
    label: 'Shoppers of whom something is expected',
    unit: 'shoppers',
    definition:
      'Those whom the report is about and whom the last nightly round has scored: they bought at least once. In a report of one store, those whose home it is.',
  },
  meanProbabilityActive: {
    label: 'Mean probability to be active',
    unit: SHARE,
    definition:
      'Mean over scored shoppers of the probability, by the purchase model and as of the last round, that they have not left for good. See docs/lifetime-value.md.',
  },
  customerEquity: {
    label: 'Customer equity',
    unit: 'minor units of each currency',
    definition:
      'Sum over scored shoppers of the margin expected in the next twelve months, as of the last round, not discounted. Each counts in the currency that most of their lines are in.',
  },
} as const satisfies Definitions;

/** The shares inside the store, in the same report. Nothing is known of what is bought elsewhere. */
export const categoryDefinitions = {
  penetration: {
    label: 'Penetration',
    unit: SHARE,
    definition:
      'Of a category: the share of the shoppers who bought anything in the report’s time that bought it. Of a brand: the share of the category’s buyers that bought the brand.',
  },
  revenueShare: {
    label: 'Share of the category in revenue',
    unit: SHARE + ', by currency',
    definition:
      'What was paid for the category, divided by what was paid for all categories, inside the store.',
  },
  ownBrandShare: {
    label: 'Share of own brands in the category',
    unit: SHARE,
    definition: 'Units of own brands, divided by all units of the category, inside the store.',
  },
  shareOfRequirement: {
    label: 'Share of category requirement inside the store',
    unit: SHARE,
    definition:
      'Of all units of the category that the buyers of the brand bought inside the store, the share that is of the brand. It is no share of wallet: what they buy from other sellers cannot be seen from here. Where sampledOneIn is above 1, the shares of categories and brands are of one shopper in so many, drawn by a hash of the shopperId; with 10,000 shoppers that is one point either way (95 %).',
  },
} as const satisfies Definitions;

/** The figures of `GET /v1/reports/cohorts`. */
export const cohortDefinitions = {
  acquiredShoppers: {
    label: 'Shoppers of the cohort',
    unit: SHOPPERS,
    definition:
      'Shoppers acquired in the month, through the channel, or both; dated as in the KPIs. Without a channel on record it is unknown.',
  },
  lifetimeValue: {
    label: 'Lifetime value to date',
    unit: 'minor units of the row’s currency, per acquired shopper',
    definition:
      'Margin of the purchases in the first k months after each shopper’s own acquisition, summed and divided by all shoppers acquired, not by those left. Each amount is divided by (1 + d)^(t / 12), where d is discountRate, a year, and t the whole months since the acquisition. Null where not all shoppers of the row have been watched for k months before observedUntil: that is today, or the day after the last purchase where there has been none for 92 days. Purchases before the acquisition do not count.',
  },
  estimatedShare: {
    label: 'Share of estimated margin',
    unit: SHARE,
    definition:
      'Share of the turnover, returns counted as turnover too, on which the margin is estimated by DEFAULT_MARGIN_SHARE because the cost is not known. Null without turnover.',
  },
} as const satisfies Definitions;

/** The figures of `GET /v1/reports/trends`. */
export const trendDefinitions = {
  purchases: {
    label: 'Purchases with the item',
    unit: 'purchases',
    definition:
      'Purchases in the window with at least one line of the category or product; purchasesBefore is the same in the window it is compared with: as many days right before, or from the same day a year earlier. The window is whole days and ends, unless told, before today.',
  },
  growth: {
    label: 'Growth',
    unit: 'share, 0.1 is ten per cent more',
    definition:
      'purchases / purchasesBefore - 1. Null where there were none before. Where onRecord is false, the record begins later than that window, and growth is too high.',
  },
  growthLow: {
    label: 'Growth, 95 % interval',
    unit: 'share, from growthLow to growthHigh',
    definition:
      'exp(ln(X / Y) ± 1.96 s) - 1, where s² is the sum over shoppers of (x / X - y / Y)², times m / (m - 1) of m shoppers; x and y are one shopper’s purchases in the two windows, X and Y all of them. Shoppers are taken as independent, their purchases are not. Null where one window has none.',
  },
  mark: {
    label: 'Rising or falling',
    unit: 'rising, falling, unclear or fewCounts',
    definition: `rising or falling where ln(X / Y) / s is beyond chance: a two-sided normal test, and a false discovery rate of ${FALSE_DISCOVERY_RATE} over all items tested (Benjamini and Hochberg). With nothing in one window, a half is added to both counts and they are taken as Poisson. fewCounts below ${FEWEST_PURCHASES} purchases in both windows together or ${FEWEST_SHOPPERS} shoppers, else unclear. A shop that grows as a whole makes its items rise: growth of all purchases stands beside.`,
  },
  units: {
    label: 'Units sold',
    unit: 'units, or the measure the product is sold in',
    definition: 'Sum of the quantities in the window. Returned goods are left out of trends.',
  },
  revenue: {
    label: 'Revenue of the item',
    unit: MONEY,
    definition:
      'Sum over lines of quantity x unitPrice less discount in the window, by currency; revenueBefore is the same in the window before.',
  },
  yearOnYear: {
    label: 'Year on year',
    unit: 'as growth',
    definition:
      'purchases against as many days from the same day a year earlier. Null where nothing at all was bought then.',
  },
} as const satisfies Definitions;

/** Every report's definitions, by its route. */
export const reportDefinitions = {
  '/v1/reports/kpis': { ...kpiDefinitions, ...expectedDefinitions, ...categoryDefinitions },
  '/v1/reports/cohorts': cohortDefinitions,
  '/v1/reports/trends': trendDefinitions,
} as const satisfies Readonly<Record<string, Definitions>>;
