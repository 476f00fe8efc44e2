import type { Field, FieldValue } from '../rules/index.js';
import { DAY_MS, type Facts, type Instant, type MainBrand } from '../shared/index.js';
import { estimateIn } from './replenishment/estimate-in.rules.js';
import type { ReplenishmentEstimate } from './replenishment/replenishment.rules.js';
import { valueFields } from './value/fields.js';

const CATEGORY = [{ name: 'category', type: 'text', label: 'Category' }] as const;
const GROUP = [{ name: 'equivalenceGroup', type: 'text', label: 'Equivalence group' }] as const;
const DAYS = 'days';

type OfCategory = Readonly<Record<'category', string>>;
type OfGroup = Readonly<Record<'equivalenceGroup', string>>;

/** What a rule may ask about habits. All are unknown without the `profiling` consent or before a first purchase. */
export const insightFields: readonly Field[] = [
  {
    field: 'replenishment.dueProbability',
    label: 'Probability that the category runs out before the next visit',
    type: 'number',
    range: [0, 1],
    parameters: CATEGORY,
    read: estimated(({ dueProbability }) => dueProbability),
  },
  {
    field: 'replenishment.purchaseProbability',
    label: 'Probability that the category is bought on a visit',
    type: 'number',
    range: [0, 1],
    parameters: CATEGORY,
    read: estimated(({ purchaseProbability }) => purchaseProbability),
  },
  {
    field: 'replenishment.daysUntilDue',
    label: 'Days until the category is due (negative: overdue)',
    type: 'number',
    unit: DAYS,
    parameters: CATEGORY,
    read: estimated(({ daysUntilDue }) => daysUntilDue),
  },
  {
    field: 'replenishment.intervalDays',
    label: 'Usual days between purchases of the category',
    type: 'number',
    unit: DAYS,
    parameters: CATEGORY,
    read: estimated(({ intervalDays }) => intervalDays),
  },
  {
    field: 'replenishment.lapsed',
    label: 'The habit of buying the category was given up',
    type: 'boolean',
    parameters: CATEGORY,
    read: estimated(({ lapsed }) => lapsed),
  },
  {
    field: 'replenishment.daysSinceLast',
    label: 'Whole days since the category was last bought',
    type: 'number',
    unit: DAYS,
    parameters: CATEGORY,
    read: ({ at, shopper }, { category }: OfCategory) =>
      wholeDaysSince(at, shopper.replenishment.get(category)?.state.lastPurchasedAt),
  },
  {
    field: 'replenishment.purchases',
    label: 'Days on which the category was bought',
    type: 'number',
    unit: 'count',
    parameters: CATEGORY,
    read: ({ shopper }, { category }: OfCategory) =>
      shopper.consents.profiling ? (shopper.replenishment.get(category)?.state.purchases ?? 0) : undefined,
  },
  {
    field: 'purchases.mainBrand',
    label: 'Brand bought most of an equivalence group, last year',
    type: 'text',
    parameters: GROUP,
    read: ofMainBrand(({ brand }) => brand),
  },
  {
    field: 'purchases.buysOwnBrand',
    label: 'The brand bought most of an equivalence group is an own brand',
    type: 'boolean',
    parameters: GROUP,
    read: ofMainBrand(({ ownBrand }) => ownBrand),
  },
  {
    field: 'visits.count',
    label: 'Shopping days so far',
    type: 'number',
    unit: 'count',
    read: ({ shopper }) => (shopper.consents.profiling ? shopper.activity.visits : undefined),
  },
  {
    field: 'visits.daysSinceLast',
    label: 'Whole days since the last shopping day',
    type: 'number',
    unit: DAYS,
    read: ({ at, shopper }) => wholeDaysSince(at, shopper.activity.lastVisitAt),
  },
  ...valueFields,
];

function estimated(of: (figures: ReplenishmentEstimate) => FieldValue) {
  return ({ at, shopper }: Facts, { category }: OfCategory): FieldValue => {
    const figures = estimateIn(shopper, category, at);
    return figures && of(figures);
  };
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
