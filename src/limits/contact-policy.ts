import { z } from 'zod';
import { capFields, countsHouseholdsByTime, NOT_BY_VISIT, rearmSeconds } from '../offers/index.js';
import { vocabulary } from '../platform/index.js';
import type { StoreId } from '../shared/index.js';
import { EXCLUSION_MODES } from './exclusion.rules.js';

const cap = z
  .strictObject({
    max: z.int().min(0).max(10_000),
    ...capFields,
    tag: z.string().min(1).max(64).optional(),
  })
  .refine(countsHouseholdsByTime, NOT_BY_VISIT);

/** How offers of one group get out of each other's way. */
const exclusionGroup = z.strictObject({
  group: z.string().trim().min(1).max(64),
  /** Which of several that could be made is: the one that comes first anyway, that gives most, or that earns most. */
  mode: z.enum(EXCLUSION_MODES).default('priority'),
  /** One offer of the group in this time. */
  per: vocabulary.period.default('visit'),
});

/** What holds for every contact with every shopper, whatever the offer. */
export const contactPolicy = z.strictObject({
  stopped: z
    .strictObject({
      everywhere: z.boolean().optional(),
      storeIds: z.array(vocabulary.storeId).max(10_000).optional(),
    })
    .default({}),
  globalCaps: z.array(cap).max(20).default([]),
  exclusionGroups: z
    .array(exclusionGroup)
    .max(200)
    .refine(
      (groups) => new Set(groups.map(({ group }) => group)).size === groups.length,
      'a group is named once',
    )
    .default([]),
  /** A zone left and entered again within this time triggers nothing again; an offer's trigger may say otherwise. */
  rearmSeconds: rearmSeconds.default(0),
  quietHours: vocabulary.hourRange.nullish().transform((hours) => hours ?? undefined),
  universalHoldoutShare: z.number().min(0).max(1).default(0),
  /** Marketers' priority decides, or what an offer is expected to earn: see docs/choosing.md. */
  ranking: z.enum(['priority', 'incrementalValue']).default('priority'),
  /** Silence rather than an offer that is worth less. A number is of minor units of whatever the store sells in. */
  minimumValue: z.union([vocabulary.money, z.number().min(-1e9).max(1e9)]).optional(),
  /** How much of the choice by value is left to chance; without it {@link DEFAULT_EXPLORATION}. */
  exploration: z
    .strictObject({
      gamma: z.number().min(1).max(1_000_000),
      minimumPropensity: z.number().min(0.01).max(0.05),
    })
    .optional(),
});
export type ContactPolicy = z.output<typeof contactPolicy>;

export const DEFAULT_POLICY: ContactPolicy = {
  stopped: {},
  globalCaps: [
    { max: 5, per: 'visit' },
    { max: 1, per: '1min' },
  ],
  exclusionGroups: [],
  rearmSeconds: 0,
  quietHours: undefined,
  universalHoldoutShare: 0,
  ranking: 'priority',
};

/** Two offers' difference in value, in parts of the stake, is lost at most once in so many choices. */
export const DEFAULT_EXPLORATION: NonNullable<ContactPolicy['exploration']> = {
  gamma: 1_000,
  minimumPropensity: 0.02,
};

/** True while nothing may be sent in this store. */
export function isStopped({ stopped }: ContactPolicy, storeId: StoreId): boolean {
  return stopped.everywhere === true || (stopped.storeIds?.includes(storeId) ?? false);
}
