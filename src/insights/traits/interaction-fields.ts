import type { Field } from '../../rules/index.js';
import {
  DAY_MS,
  SECOND_MS,
  type Facts,
  type ShopperTraits,
  type ShopperView,
  type TraitInteraction,
} from '../../shared/index.js';
import { hasTraits, numberInTraits, ofTraits, wholeDays } from '../said.js';

const COUNT = 'count';
/** As far back as a look still means something. */
const BROWSED_DAYS = 30;

const OPENED = ofTraits(
  `(traits #>> '{offers,rewardedOpened}')::float8 + (traits #>> '{offers,plainOpened}')::float8`,
);

const DONE: readonly (readonly [type: TraitInteraction, noun: string, since: string])[] = [
  ['viewed', 'Products viewed', 'a product was viewed'],
  ['searched', 'Searches', 'something was searched'],
  ['wishlisted', 'Products put on the wish list', 'a product was put on the wish list'],
  ['shared', 'Things shared', 'something was shared'],
  ['referred', 'Referrals made', 'somebody was referred'],
  ['reviewed', 'Reviews written', 'a review was written'],
];

/** What a rule may ask about what shoppers do besides buying. All are unknown without the `profiling` consent. */
export const interactionFields: readonly Field[] = [
  ...DONE.flatMap(([type, noun, since]): Field[] => [
    {
      field: `interactions.${type}`,
      label: noun,
      description: 'Reported interactions of the last year.',
      type: 'number',
      unit: COUNT,
      read: ({ shopper }) => shopper.traits && (shopper.traits.interactions[type]?.count ?? 0),
      sql: () => ofTraits(`coalesce((traits #>> '{interactions,${type},count}')::float8, 0)`),
    },
    {
      field: `interactions.daysSince${type.charAt(0).toUpperCase()}${type.slice(1)}`,
      label: `Whole days since ${since}`,
      description: 'Unknown where there was none in the last year.',
      type: 'number',
      unit: 'days',
      read: ({ at, shopper }) => {
        const last = shopper.traits?.interactions[type]?.lastAt;
        return last === undefined ? undefined : Math.max(0, Math.floor((at - last) / DAY_MS));
      },
      sql: (_, say) => wholeDays(numberInTraits(`interactions,${type},lastAt`), say),
    },
  ]),
  {
    field: 'referrals.count',
    label: 'Shoppers whom they referred',
    description: 'Different shoppers named in referrals, ever.',
    type: 'number',
    unit: COUNT,
    timeless: true,
    read: ({ shopper }) => shopper.traits?.referrals,
    sql: () => numberInTraits('referrals'),
  },
  {
    field: 'referrals.shoppers',
    label: 'Whom they referred',
    description: 'The shopperIds of the ten whom they referred last.',
    type: 'list',
    timeless: true,
    read: ({ shopper }) => shopper.traits?.referred,
    sql: () => ofTraits(`ARRAY(SELECT jsonb_array_elements_text(traits -> 'referred'))`),
  },
  {
    field: 'browsed.products',
    label: 'Products looked at and not bought',
    description: `The productIds of the ten last viewed, searched or wished for in ${BROWSED_DAYS} days, before the present visit, and not bought since.`,
    type: 'list',
    read: (facts) => browsed(facts)?.map(({ productId }) => productId),
    sql: (_, { at }) => ofTraits(`ARRAY(SELECT each ->> 'productId' ${browsedUntil(at)})`),
  },
  {
    field: 'browsed.categories',
    label: 'Categories looked at and not bought',
    description: 'The categories of such products, of which nothing was bought since.',
    type: 'list',
    read: (facts) =>
      browsed(facts)?.flatMap(({ category, at }) =>
        category !== undefined && !isBoughtSince(facts.shopper, category, at) ? [category] : [],
      ),
    sqlKnown: () => hasTraits,
  },
  {
    field: 'browsed.count',
    label: 'Number of products looked at and not bought',
    description: `In ${BROWSED_DAYS} days before the present visit, at most ten.`,
    type: 'number',
    unit: COUNT,
    read: (facts) => browsed(facts)?.length,
    sql: (_, { at }) => ofTraits(`(SELECT count(*)::float8 ${browsedUntil(at)})`),
  },
  {
    field: 'openings.count',
    label: 'Offers opened',
    description: 'Of those that came in the last year.',
    type: 'number',
    unit: COUNT,
    read: ({ shopper }) => shopper.traits && openedOf(shopper.traits),
    sql: () => OPENED,
  },
  {
    field: 'openings.rewardedShare',
    label: 'Share of offers with a reward in those opened',
    description:
      'Of the offers opened in the last year: 1 when only those with a discount, points or a gift are.',
    type: 'number',
    range: [0, 1],
    read: ({ shopper: { traits } }) =>
      traits === undefined || openedOf(traits) === 0
        ? undefined
        : traits.offers.rewardedOpened / openedOf(traits),
    sql: () => `(${numberInTraits('offers,rewardedOpened')} / nullif(${OPENED}, 0))`,
  },
  {
    field: 'openings.plainShown',
    label: 'Offers without a reward that came',
    description: 'In the last year: somebody who never got one cannot be said to leave it unopened.',
    type: 'number',
    unit: COUNT,
    read: ({ shopper }) => shopper.traits?.offers.plain,
    sql: () => numberInTraits('offers,plain'),
  },
];

/** What was looked at before the visit began: what is looked at on the way to the shelf is no missed purchase. */
function browsed({ at, visitSeconds = 0, shopper }: Facts): ShopperTraits['browsed'] | undefined {
  const before = at - visitSeconds * SECOND_MS;
  const since = at - BROWSED_DAYS * DAY_MS;
  return shopper.traits?.browsed.filter((each) => each.at <= before && each.at > since);
}

/** The same without a visit, in SQL. */
function browsedUntil(at: string): string {
  return `FROM jsonb_array_elements(traits -> 'browsed') AS each
    WHERE (each ->> 'at')::float8 <= ${at} AND (each ->> 'at')::float8 > ${at} - ${BROWSED_DAYS * DAY_MS}`;
}

function isBoughtSince({ replenishment }: ShopperView, category: string, at: number): boolean {
  return (replenishment.get(category)?.state.lastPurchasedAt ?? -Infinity) >= at;
}

function openedOf({ offers }: ShopperTraits): number {
  return offers.rewardedOpened + offers.plainOpened;
}
