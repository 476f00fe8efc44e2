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

/** Every report's definitions, by its route. */
export const reportDefinitions = {
  '/v1/reports/kpis': kpiDefinitions,
  '/v1/reports/cohorts': cohortDefinitions,
} as const satisfies Readonly<Record<string, Definitions>>;
