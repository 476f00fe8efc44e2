import { amongThings, type Field, type FieldValue, type Saying } from '../rules/index.js';
import { DAY_MS, type CategoryHistory, type Facts, type Instant, type MainBrand } from '../shared/index.js';
import { estimateIn } from './replenishment/estimate-in.rules.js';
import { standingToProduct } from './replenishment/product-needs.rules.js';
import { visitEveryDays } from './replenishment/history.rules.js';
import { listFields } from './lists/list-fields.js';
import {
  hasBought,
  hasBoughtOf,
  hasHabit,
  lastBoughtMs,
  lastVisitMs,
  latenessAt,
  ofActivity,
  ofHabit,
  timesBought,
  wholeDays,
} from './said.js';
import { segmentFields } from './segments/fields.js';
import { habitFields } from './traits/habit-fields.js';
import { interactionFields } from './traits/interaction-fields.js';
import type { Standing } from './replenishment/replenishment.rules.js';
import { valueFields } from './value/fields.js';

const NEEDED = [
  { name: 'category', type: 'text', label: 'Category' },
  { name: 'product', type: 'text', label: 'Product', insteadOf: 'category' },
] as const;
const GROUP = [{ name: 'equivalenceGroup', type: 'text', label: 'Equivalence group' }] as const;
const DAYS = 'days';

/** Exactly one of the two. */
type OfNeed = Readonly<Partial<Record<'category' | 'product', string>>>;
type OfGroup = Readonly<Record<'equivalenceGroup', string>>;

const knownHabit = ({ category, product = '' }: OfNeed, say: Saying): string =>
  category === undefined ? hasBought(product, say) : hasHabit(category, say);
const knownGroup = ({ equivalenceGroup }: OfGroup, say: Saying): string => hasBoughtOf(equivalenceGroup, say);

const amongCategories = amongThings('category', ({ shopper }) => shopper.replenishment);

/** When needs return, and what was bought. All are unknown without the `profiling` consent or before a first purchase. */
const purchaseFields: readonly Field[] = [
  {
    field: 'replenishment.dueProbability',
    label: 'Probability that it runs out before the next visit',
    description:
      '1 - the chance that a gap lasts longer than the days since the last purchase and until the next visit; 0 for a habit given up',
    type: 'number',
    range: [0, 1],
    parameters: NEEDED,
    read: estimated(({ dueProbability }) => dueProbability),
    sqlKnown: knownHabit,
  },
  {
    field: 'replenishment.purchaseProbability',
    label: 'Probability that it is bought on a visit',
    description:
      'By the model of purchases: habit, recency, weekday, month and the shopper’s own ways; at this visit',
    type: 'number',
    range: [0, 1],
    parameters: NEEDED,
    read: estimated(({ purchaseProbability }) => purchaseProbability),
    sqlKnown: knownHabit,
  },
  {
    field: 'replenishment.daysUntilDue',
    label: 'Days until it is due (negative: overdue)',
    description: 'From now to the last purchase and one usual interval',
    type: 'number',
    unit: DAYS,
    parameters: NEEDED,
    read: estimated(({ daysUntilDue }) => daysUntilDue),
    sqlKnown: knownHabit,
  },
  {
    field: 'replenishment.intervalDays',
    label: 'Usual days between purchases of it',
    description:
      'Median of the gap that is expected next, between the shopper’s own gaps and the clientele’s',
    type: 'number',
    unit: DAYS,
    parameters: NEEDED,
    read: estimated(({ intervalDays }) => intervalDays),
    sqlKnown: knownHabit,
  },
  {
    field: 'replenishment.lapsed',
    label: 'The habit of buying it was given up',
    description:
      'No purchase for six intervals, or for two and a half where longer gaps are rarer than one in fifty',
    type: 'boolean',
    parameters: NEEDED,
    read: estimated(({ lapsed }) => lapsed),
    sqlKnown: knownHabit,
  },
  {
    field: 'replenishment.daysSinceLast',
    label: 'Whole days since it was last bought',
    description:
      'Full periods of 24 hours since the last purchase of the category or product, in any channel',
    type: 'number',
    unit: DAYS,
    parameters: NEEDED,
    read: (facts, of: OfNeed) => daysSinceLast(historyOf(facts, of), facts),
    among: amongCategories(daysSinceLast),
    sql: ({ category, product = '' }: OfNeed, say) =>
      wholeDays(
        category === undefined
          ? lastBoughtMs(product, say)
          : ofHabit('(extract(epoch FROM last_purchased_at) * 1000)::bigint::float8', category, say),
        say,
      ),
  },
  {
    field: 'replenishment.purchases',
    label: 'Days on which it was bought',
    description: 'Distinct days, in any channel; those of the household count',
    timeless: true,
    type: 'number',
    unit: 'count',
    parameters: NEEDED,
    read: (facts, of: OfNeed) => purchases(historyOf(facts, of), facts),
    among: amongCategories(purchases),
    sql: ({ category, product = '' }: OfNeed, say) =>
      `coalesce(${category === undefined ? timesBought(product, say) : ofHabit('purchases', category, say)}, 0)::float8`,
  },
  {
    field: 'purchases.mainBrand',
    label: 'Brand bought most of an equivalence group, last year',
    description: 'By units; of two alike the one bought last.',
    type: 'text',
    parameters: GROUP,
    read: ofMainBrand(({ brand }) => brand),
    sqlKnown: knownGroup,
  },
  {
    field: 'purchases.buysOwnBrand',
    label: 'The brand bought most of an equivalence group is an own brand',
    description: 'By units of the last year.',
    type: 'boolean',
    parameters: GROUP,
    read: ofMainBrand(({ ownBrand }) => ownBrand),
    sqlKnown: knownGroup,
  },
  {
    field: 'visits.count',
    label: 'Shopping days so far',
    description: 'Distinct days (UTC) with a purchase, in any channel, ever.',
    timeless: true,
    type: 'number',
    unit: 'count',
    read: ({ shopper }) => (shopper.consents.profiling ? shopper.activity.visits : undefined),
    sql: () => `coalesce(${ofActivity('visits')}, 0)::float8`,
  },
  {
    field: 'visits.daysSinceLast',
    label: 'Whole days since the last shopping day',
    description: 'Since the last purchase, in any channel.',
    type: 'number',
    unit: DAYS,
    read: ({ at, shopper }) => wholeDaysSince(at, shopper.activity.lastVisitAt),
    sql: (_, say) => wholeDays(lastVisitMs, say),
  },
  {
    field: 'visits.lateness',
    label: 'Time since the last shopping day, in usual intervals',
    description:
      'Days since the last shopping day, by the mean days between two: 1 is as usual, 3 is three times as long. Unknown before the third shopping day.',
    type: 'number',
    unit: 'times the usual',
    read: ({ at, shopper: { activity } }) => {
      const everyDays = visitEveryDays(activity);
      if (everyDays === undefined || activity.lastVisitAt === undefined) return undefined;
      return Math.max(0, at - activity.lastVisitAt) / DAY_MS / everyDays;
    },
    sql: (_, { at }) => latenessAt(at),
  },
];

/** What a rule may ask about shoppers beyond their profile. */
export const insightFields: readonly Field[] = [
  ...purchaseFields,
  ...habitFields,
  ...interactionFields,
  ...listFields,
  ...segmentFields,
  ...valueFields,
];

function estimated(of: (figures: Standing) => FieldValue) {
  return ({ at, shopper, products }: Facts, { category, product = '' }: OfNeed): FieldValue => {
    const figures =
      category === undefined
        ? standingToProduct(products, shopper.activity, product, at)
        : estimateIn(shopper, category, at);
    return figures && of(figures);
  };
}

function daysSinceLast(history: CategoryHistory | undefined, { at }: Facts): number | undefined {
  return wholeDaysSince(at, history?.state.lastPurchasedAt);
}

function purchases(history: CategoryHistory | undefined, { shopper }: Facts): number | undefined {
  return shopper.consents.profiling ? (history?.state.purchases ?? 0) : undefined;
}

function historyOf(
  { shopper, products }: Facts,
  { category, product = '' }: OfNeed,
): CategoryHistory | undefined {
  return category === undefined ? products?.histories.get(product) : shopper.replenishment.get(category);
}

function ofMainBrand(of: (favourite: MainBrand) => FieldValue) {
  return ({ shopper }: Facts, { equivalenceGroup }: OfGroup): FieldValue => {
    const favourite = shopper.mainBrands.get(equivalenceGroup);
    return favourite === undefined ? undefined : of(favourite);
  };
}

function wholeDaysSince(at: Instant, then: Instant | undefined): number | undefined {
  return then === undefined ? undefined : Math.max(0, Math.floor((at - then) / DAY_MS));
}
