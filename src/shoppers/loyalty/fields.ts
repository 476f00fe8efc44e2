import type { Field } from '../../rules/index.js';
import { DAY_MS } from '../../shared/index.js';

/** As the view has it: of the programme, else what the retailer keeps. */
const STANDING = `coalesce((SELECT standing FROM loyalty_members
  WHERE loyalty_members.shopper_id = asked.shopper_id), asked.loyalty)`;

/** What a rule may ask about the loyalty programme. All are unknown to who is no member, or has not consented to profiling. */
export const loyaltyFields: Field[] = [
  {
    field: 'loyalty.tier',
    label: 'Tier in the loyalty programme',
    type: 'text',
    description: 'The tier held now, as the programme or the retailer names it.',
    read: ({ shopper }) => shopper.loyalty?.tier,
    sql: () => `(${STANDING} ->> 'tier')`,
  },
  {
    field: 'loyalty.points',
    label: 'Points in the loyalty programme',
    type: 'number',
    unit: 'points',
    description: 'Points earned within the programme’s period; what was brought back is taken off.',
    read: ({ shopper }) => shopper.loyalty?.points,
    sql: () => `(${STANDING} ->> 'points')::float8`,
  },
  {
    field: 'loyalty.nextTier',
    label: 'Next tier',
    type: 'text',
    description: 'The tier above the one held; unknown in the highest.',
    read: ({ shopper }) => shopper.loyalty?.nextTier,
    sql: () => `(${STANDING} ->> 'nextTier')`,
  },
  {
    field: 'loyalty.pointsToNextTier',
    label: 'Points to the next tier',
    type: 'number',
    unit: 'points',
    description: 'What is missing to the threshold of the next tier; unknown in the highest.',
    read: ({ shopper }) => shopper.loyalty?.pointsToNextTier,
    sql: () => `(${STANDING} ->> 'pointsToNextTier')::float8`,
  },
  {
    field: 'loyalty.daysInTier',
    label: 'Days in the present tier',
    type: 'number',
    unit: 'days',
    description: 'Days since the tier was reached.',
    read: ({ shopper, at }) => daysBetween(shopper.loyalty?.since, at),
    sqlKnown: () => `${STANDING} ->> 'since' IS NOT NULL`,
  },
  {
    field: 'loyalty.tierSince',
    label: 'In the present tier since',
    type: 'instant',
    description: 'When the tier was reached.',
    read: ({ shopper }) => instantOf(shopper.loyalty?.since),
    sqlKnown: () => `${STANDING} ->> 'since' IS NOT NULL`,
  },
  {
    field: 'loyalty.daysToTierEnd',
    label: 'Days until the tier ends',
    type: 'number',
    unit: 'days',
    description:
      'Days until the tier is looked at again, and lost unless its points are there; unknown in the first.',
    read: ({ shopper, at }) => {
      const end = instantOf(shopper.loyalty?.tierEndsAt);
      return end === undefined ? undefined : (end - at) / DAY_MS;
    },
    sql: (_, { at }) =>
      `((extract(epoch FROM (${STANDING} ->> 'tierEndsAt')::timestamptz) * 1000)::float8 - ${at}) / ${DAY_MS}`,
  },
  {
    field: 'loyalty.tierAtRisk',
    label: 'Tier about to be lost',
    type: 'boolean',
    description: 'The points within the period are below the threshold of the tier held.',
    read: ({ shopper }) => shopper.loyalty?.tierAtRisk,
    sql: () => `(${STANDING} ->> 'tierAtRisk')::boolean`,
  },
  {
    field: 'loyalty.entitlements',
    label: 'Entitlements of the tier',
    type: 'list',
    description: 'What the tier held gives, as the programme names it.',
    read: ({ shopper }) => shopper.loyalty?.entitlements,
    sql: () => `CASE WHEN jsonb_typeof(${STANDING} -> 'entitlements') = 'array'
      THEN ARRAY(SELECT jsonb_array_elements_text(${STANDING} -> 'entitlements')) END`,
  },
];

function instantOf(time: string | undefined): number | undefined {
  const instant = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(instant) ? undefined : instant;
}

function daysBetween(from: string | undefined, to: number): number | undefined {
  const since = instantOf(from);
  return since === undefined ? undefined : (to - since) / DAY_MS;
}
