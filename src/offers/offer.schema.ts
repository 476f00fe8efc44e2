import { z } from 'zod';
import { vocabulary } from '../platform/index.js';
import type { Rule } from '../rules/index.js';
import { moneyText, toRfc3339 } from '../shared/index.js';
import { checkNotification } from './notification.rules.js';
import { capFields, countsHouseholdsByTime, NOT_BY_VISIT } from './cap.schema.js';
import { content } from './content.schema.js';
import { reward } from './reward.schema.js';

const DAY_SECONDS = 86_400;
/** A visit is at most four hours long, so nobody dwells longer. */
const MAX_DWELL_SECONDS = 4 * 3_600;
/** Enough for every store of a large chain. */
const MAX_NAMED = 5_000;

/** Longer than a week apart nobody comes back to the same shelf: caps by time are for that. */
export const rearmSeconds = z
  .int()
  .min(0)
  .max(7 * DAY_SECONDS);

const label = z.string().trim().min(1).max(100);
const labels = z.array(label).max(200).default([]);
/** Kept as it is shown: RFC 3339 in UTC. */
const moment = vocabulary.instant.transform(toRfc3339).pipe(z.iso.datetime()).nullable().default(null);

const kinds = [
  'replenishment',
  'brandSwitch',
  'crossSell',
  'winBack',
  'tierGift',
  'browseReminder',
  'invitation',
  'message',
] as const;

const trigger = z.strictObject({
  on: z.array(z.enum(['visitStarted', 'zoneEntered', 'zoneDwelled', 'checkedIn'])).min(1),
  storeIds: z.array(vocabulary.storeId).max(MAX_NAMED).default([]),
  zoneIds: z.array(vocabulary.zoneId).max(MAX_NAMED).default([]),
  zoneKinds: z.array(z.enum(['entrance', 'aisle', 'department', 'service', 'checkout'])).default([]),
  categories: labels,
  /** Belongs to `zoneDwelled`; other triggers do not look at it. */
  dwellSeconds: z.int().min(1).max(MAX_DWELL_SECONDS).default(20),
  /** Instead of the contact policy's: the zone must have been left for so long to trigger again. */
  rearmSeconds: rearmSeconds.optional(),
});

const target = z.strictObject({
  productIds: z.array(vocabulary.productId).max(1_000).default([]),
  categories: labels,
  fromBrand: label.nullable().default(null),
  toProductIds: z.array(vocabulary.productId).max(1_000).default([]),
});

const schedule = z.strictObject({
  startsAt: moment,
  endsAt: moment,
  daysOfWeek: vocabulary.isoWeekdays.default([]),
  hours: vocabulary.hourRange.nullish(),
});

const cap = z
  .strictObject({
    max: z.int().min(1).max(10_000),
    ...capFields,
  })
  .refine(countsHouseholdsByTime, NOT_BY_VISIT);
const count = z.int().min(1).max(1_000_000_000);
const budget = z.strictObject({
  amount: z.int().min(1).max(1_000_000_000_000),
  currency: vocabulary.currency,
  per: z.enum(['campaign', 'day', 'week', 'month']),
  pacing: z
    .enum(['openingHours', 'visits'])
    .optional()
    .describe(
      'spreads a day’s budget over the day in each store: by its open minutes, or by when visits begin there',
    ),
});
const limits = z.strictObject({
  perShopper: z.array(cap).max(20).default([]),
  total: count.optional(),
  perStore: count.optional(),
  budget: budget.optional(),
  ignoresGlobalCaps: z.boolean().default(false),
  countsTowardGlobalCaps: z.boolean().default(true),
});

/** The rules room reads it: against the registry, which no schema here knows. */
const eligibility = z
  .unknown()
  .default({ combinator: 'and', rules: [] })
  .transform((rule) => rule as Rule);

/** The fields by themselves, for what describes them; `offerDocument` is what checks them. */
export const offerFields = z.strictObject({
  name: vocabulary.name,
  kind: z.enum(kinds),
  trigger,
  eligibility,
  target: target.prefault({}),
  reward: reward.default({ type: 'none' }),
  content,
  schedule: schedule.prefault({}),
  limits: limits.prefault({}),
  priority: z.int().min(0).max(100).default(50),
  exclusionGroup: z.string().trim().min(1).max(64).optional(),
  holdoutShare: z.number().min(0).max(1).default(0),
  expiresInSeconds: z
    .int()
    .min(60)
    .max(7 * DAY_SECONDS)
    .default(1_800),
  patienceMs: z
    .int()
    .min(100)
    .max(8_000)
    .optional()
    .describe('how long an app may take to acknowledge before devices are pushed to; absent: 1500'),
  /** How long after it was made a purchase may still be its doing; see docs/metrics.md. */
  attributionHours: z.int().min(1).max(720).default(72),
  tags: z.array(z.string().trim().min(1).max(64)).max(50).default([]),
});
type Fields = z.output<typeof offerFields>;
export type Refuse = (path: readonly string[], code: string, detail: string) => void;

/**
 * An offer as the public interface has it. What went through once goes through again unchanged, so that a patch can
 * be laid over a stored document. `eligibility` is only carried: validate it with the rules room.
 */
export const offerDocument = offerFields.superRefine((offer, context) => {
  const refuse: Refuse = (path, code, message) =>
    context.addIssue({ code: 'custom', path: [...path], message, params: { code } });
  checkSchedule(offer, refuse);
  checkBudget(offer, refuse);
  checkBrand(offer, refuse);
  checkNotification(offer, refuse);
});
export type OfferDocument = z.output<typeof offerDocument>;

/** True once the schedule is over at `now`; nobody can be made this offer any more. */
export function hasEnded({ schedule: { endsAt } }: Pick<OfferDocument, 'schedule'>, now: number): boolean {
  return endsAt !== null && Date.parse(endsAt) <= now;
}

function checkSchedule({ schedule: { startsAt, endsAt } }: Fields, refuse: Refuse): void {
  if (startsAt === null || endsAt === null || Date.parse(startsAt) < Date.parse(endsAt)) return;
  refuse(['schedule', 'endsAt'], 'out-of-range', 'must be after startsAt');
}

/** A budget of money holds back what each offer may cost, so that cost must be known, and in its currency. */
function checkBudget({ reward: given, limits: { budget: money } }: Fields, refuse: Refuse): void {
  if (money === undefined) return;
  if (money.pacing !== undefined && money.per !== 'day') {
    refuse(['limits', 'budget', 'pacing'], 'invalid', 'only a budget per day is spread over the day');
  }
  if (given.type === 'percentOff' && given.maxDiscount === undefined) {
    refuse(['reward', 'maxDiscount'], 'required', 'a budget with percentOff needs the most it may cost');
    return;
  }
  const cost =
    given.type === 'percentOff' ? given.maxDiscount : given.type === 'amountOff' ? given.value : undefined;
  if (cost !== undefined && cost.currency !== money.currency) {
    refuse(['limits', 'budget', 'currency'], 'invalid', `the reward is in ${cost.currency}`);
    return;
  }
  if (cost !== undefined && cost.amount > money.amount) {
    const detail = `${moneyText(money)} does not pay for one reward, which may cost ${moneyText(cost)}`;
    refuse(['limits', 'budget', 'amount'], 'below-one-reward', detail);
  }
}

function checkBrand({ target: { fromBrand, productIds, toProductIds } }: Fields, refuse: Refuse): void {
  if (fromBrand === null || productIds.length + toProductIds.length > 0) return;
  const detail = 'fromBrand looks at the equivalence group of productIds, else of toProductIds: name some';
  refuse(['target', 'productIds'], 'required', detail);
}
