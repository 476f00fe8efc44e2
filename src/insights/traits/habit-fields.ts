import type { Field, FieldValue } from '../../rules/index.js';
import { DAY_MS, type Facts, type MainBrand, type ShopperTraits } from '../../shared/index.js';
import {
  firstVisitMs,
  hasBoughtOf,
  hasHabit,
  hasTraits,
  numberInTraits,
  ofTraits,
  shareOfMode,
  wholeDays,
} from '../said.js';
import { KNOWN_WELL, neverBought } from './never-bought.rules.js';
import { modesOf } from './traits.rules.js';

const SHARE = [0, 1] as const;
const COUNT = 'count';
const GROUP = [{ name: 'equivalenceGroup', type: 'text', label: 'Equivalence group' }] as const;
const CATEGORY = [{ name: 'category', type: 'text', label: 'Category' }] as const;

/** What a rule may ask about brands, prices and habits. All are unknown without the `profiling` consent. */
export const habitFields: readonly Field[] = [
  {
    field: 'affinity.mainBrandShare',
    label: 'Share of the main brand in an equivalence group',
    description: 'Units of the brand bought most, of all units of the group, last year.',
    type: 'number',
    range: SHARE,
    parameters: GROUP,
    read: ofMainBrand(({ share }) => share),
    sqlKnown: ({ equivalenceGroup = '' }, say) => hasBoughtOf(equivalenceGroup, say),
  },
  {
    field: 'affinity.ownBrandShareOfGroup',
    label: 'Share of own brands in an equivalence group',
    description: 'Units of own brands, of all units of the group, last year.',
    type: 'number',
    range: SHARE,
    parameters: GROUP,
    read: ofMainBrand(({ ownBrandShare }) => ownBrandShare),
    sqlKnown: ({ equivalenceGroup = '' }, say) => hasBoughtOf(equivalenceGroup, say),
  },
  {
    field: 'affinity.ownBrandShare',
    label: 'Share of own brands where there is a choice',
    description: 'Units of own brands, of all units of products that have an equivalence group, last year.',
    type: 'number',
    range: SHARE,
    read: trait(({ ownBrandShare }) => ownBrandShare),
    sql: () => numberInTraits('ownBrandShare'),
  },
  {
    field: 'affinity.loyalGroups',
    label: 'Equivalence groups in which one brand is always bought',
    description: 'Groups with at least four receipts of one brand and nine units in ten of it, last year.',
    type: 'number',
    unit: COUNT,
    read: trait(({ loyalGroups }) => loyalGroups),
    sql: () => numberInTraits('loyalGroups'),
  },
  {
    field: 'affinity.neverBought',
    label: 'A category is never bought',
    description:
      'Not once in any channel. Unknown until the shopper has 20 shopping days over at least 180 days: until then it says nothing.',
    type: 'boolean',
    timeless: true,
    parameters: CATEGORY,
    read: ({ shopper }: Facts, { category }: Readonly<Record<'category', string>>) =>
      neverBought(shopper, category),
    sqlKnown: ({ category = '' }, say) => `(${hasHabit(category, say)} OR ${KNOWN_WELL})`,
  },
  {
    field: 'price.reducedUnitShare',
    label: 'Share of units bought on discount or with a coupon',
    description: 'Of the units whose line tells a price, a discount or a coupon, last year.',
    type: 'number',
    range: SHARE,
    read: trait(({ reduced }) => reduced?.units),
    sql: () => numberInTraits('reduced,units'),
  },
  {
    field: 'price.reducedSpendShare',
    label: 'Share of money spent on discount or with a coupon',
    description: 'Of what was paid, in the currency that most lines are in, last year.',
    type: 'number',
    range: SHARE,
    read: trait(({ reduced }) => reduced?.spend),
    sql: () => numberInTraits('reduced,spend'),
  },
  {
    field: 'price.couponUnitShare',
    label: 'Share of units bought with a coupon',
    description: 'Of the units whose line tells a price, a discount or a coupon, last year.',
    type: 'number',
    range: SHARE,
    read: trait(({ reduced }) => reduced?.couponUnits),
    sql: () => numberInTraits('reduced,couponUnits'),
  },
  {
    field: 'habits.purchases',
    label: 'Purchases in the last year',
    description: 'Receipts in any channel: how much the other habits stand on.',
    type: 'number',
    unit: COUNT,
    read: trait(({ purchases }) => purchases),
    sql: () => numberInTraits('purchases'),
  },
  {
    field: 'habits.weekdays',
    label: 'Usual days of the week (1 = Monday)',
    description: 'The day most purchases are made on, last year; all of them where several are alike.',
    type: 'list',
    choices: ['1', '2', '3', '4', '5', '6', '7'],
    read: trait(({ weekdays }) => modesOf(weekdays)?.places.map((place) => String(place + 1))),
    sqlKnown: () => hasTraits,
  },
  {
    field: 'habits.weekdayShare',
    label: 'Share of purchases on the usual day of the week',
    description: 'Of all purchases of the last year; of one of the days where several are alike.',
    type: 'number',
    range: SHARE,
    read: trait(({ weekdays }) => modesOf(weekdays)?.share),
    sql: () => shareOfMode('weekdays'),
  },
  {
    field: 'habits.hours',
    label: 'Usual hours of the day (0 to 23)',
    description:
      'The hour most purchases are made in, by the clock of the store; all where several are alike.',
    type: 'list',
    choices: Array.from({ length: 24 }, (_, hour) => String(hour)),
    read: trait(({ hours }) => modesOf(hours)?.places.map(String)),
    sqlKnown: () => hasTraits,
  },
  {
    field: 'habits.hourShare',
    label: 'Share of purchases in the usual hour',
    description: 'Of all purchases of the last year; of one of the hours where several are alike.',
    type: 'number',
    range: SHARE,
    read: trait(({ hours }) => modesOf(hours)?.share),
    sql: () => shareOfMode('hours'),
  },
  {
    field: 'habits.holidayShare',
    label: 'Share of purchases on holidays',
    description: 'Of all purchases of the last year; holidays are the days of the setting HOLIDAYS.',
    type: 'number',
    range: SHARE,
    read: trait(({ holidays, purchases }) => ratio(holidays, purchases)),
    sql: () => `(${numberInTraits('holidays')} / nullif(${numberInTraits('purchases')}, 0))`,
  },
  {
    field: 'habits.stores',
    label: 'Preferred stores',
    description: 'The storeId most purchases are made in, last year; all where several are alike.',
    type: 'list',
    read: trait(({ stores }) => stores.filter(([, count]) => count === stores[0]?.[1]).map(([id]) => id)),
    sqlKnown: () => hasTraits,
  },
  {
    field: 'habits.storeShare',
    label: 'Share of purchases in the preferred store',
    description: 'Of all purchases of the last year, those online among them.',
    type: 'number',
    range: SHARE,
    read: trait(({ stores, purchases }) => ratio(stores[0]?.[1] ?? 0, purchases)),
    sqlKnown: () => hasTraits,
  },
  {
    field: 'habits.onlineShare',
    label: 'Share of purchases online',
    description: 'Of all purchases of the last year; the rest were made in a store.',
    type: 'number',
    range: SHARE,
    read: trait(({ online, purchases }) => ratio(online, purchases)),
    sql: () => `(${numberInTraits('online')} / nullif(${numberInTraits('purchases')}, 0))`,
  },
  {
    field: 'acquisition.by',
    label: 'Acquired by signing up or by a purchase',
    description: 'As the profile has it; by signing up where it says nothing.',
    type: 'choice',
    choices: ['signup', 'purchase'],
    timeless: true,
    read: trait(({ acquired }) => acquired.by),
    sql: () => ofTraits(`traits #>> '{acquired,by}'`),
  },
  {
    field: 'acquisition.channel',
    label: 'Channel of acquisition',
    description: 'As the profile has it.',
    type: 'text',
    timeless: true,
    read: trait(({ acquired }) => acquired.channel),
    sql: () => ofTraits(`traits #>> '{acquired,channel}'`),
  },
  {
    field: 'acquisition.daysSince',
    label: 'Whole days since the shopper was acquired',
    description: 'Since the time in the profile; since the profile was made where it has none.',
    type: 'number',
    unit: 'days',
    read: trait(({ acquired }, { at }) => Math.floor((at - acquired.at) / DAY_MS)),
    sql: (_, { at }) => `floor((${at} - ${numberInTraits('acquired,at')}) / ${DAY_MS})`,
  },
  {
    field: 'acquisition.daysSinceFirstPurchase',
    label: 'Whole days since the first purchase',
    description: 'In any channel; unknown before it.',
    type: 'number',
    unit: 'days',
    read: ({ at, shopper: { activity } }) =>
      activity.firstVisitAt === undefined
        ? undefined
        : Math.max(0, Math.floor((at - activity.firstVisitAt) / DAY_MS)),
    sql: (_, say) => wholeDays(firstVisitMs, say),
  },
];

/** Reads a trait; nothing is known of who has none. */
function trait(of: (traits: ShopperTraits, facts: Facts) => FieldValue) {
  return (facts: Facts): FieldValue => facts.shopper.traits && of(facts.shopper.traits, facts);
}

function ofMainBrand(of: (favourite: MainBrand) => FieldValue) {
  return ({ shopper }: Facts, { equivalenceGroup }: Readonly<Record<'equivalenceGroup', string>>) => {
    const favourite = shopper.mainBrands.get(equivalenceGroup);
    return favourite && of(favourite);
  };
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
