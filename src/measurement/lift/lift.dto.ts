import { z } from 'zod';
import { dayAfter, dayAnswer, definitions, firstDay } from '../../insights/index.js';
import { vocabulary, type Table } from '../../platform/index.js';

/** Half a year: longer, and shoppers of before and after are no longer the same. */
const MAX_WINDOW_DAYS = 180;

export const liftQuery = z.strictObject({
  from: firstDay.optional(),
  to: dayAfter.optional(),
  storeId: vocabulary.storeId.optional(),
  offerId: vocabulary.offerId.optional(),
  windowDays: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_WINDOW_DAYS)
    .default(28)
    .describe(
      'at least once as long as shoppers take to buy the thing again: what is bought earlier is not bought more',
    ),
});
export type LiftQuery = z.output<typeof liftQuery>;

const count = z.int().min(0);
const range = { low: z.number(), high: z.number() };

const lift = z.object({
  treatedShoppers: count,
  controlShoppers: count,
  waiting: count,
  crossed: count,
  sampleRatio: z.object({ withheld: count, expected: z.number(), pValue: z.number(), broken: z.boolean() }),
  estimates: z.array(
    z.object({
      metric: z.enum(['margin', 'revenue', 'buyers']),
      currency: z.string().nullable(),
      treatedMean: z.number(),
      controlMean: z.number(),
      difference: z.number(),
      standardError: z.number(),
      ...range,
      pValue: z.number(),
      relative: z.object({ difference: z.number(), ...range }).nullable(),
      explained: z.number(),
      earned: z.object({ amount: z.number(), ...range }).nullable(),
      shrunkDifference: z.number().optional(),
      falseDiscoveryRate: z.number().optional(),
    }),
  ),
  verdict: z.enum(['earns', 'loses', 'notYetKnown', 'broken']),
  daysToKnow: z.int().nullable(),
  sentence: z.string(),
});

export const liftAnswer = z.object({
  from: dayAnswer,
  to: dayAnswer.describe('exclusive'),
  timeZone: z.string(),
  storeId: z.string().nullable(),
  windowDays: z.int(),
  asOf: z.iso.datetime(),
  overall: lift.nullable().describe('all offers together, by the universal holdout; null without one'),
  items: z.array(
    z.object({ offerId: vocabulary.offerId, name: z.string(), kind: z.string(), ...lift.shape }),
  ),
  definitions,
});
export type LiftAnswer = z.input<typeof liftAnswer>;

/** A row an experiment and figure; amounts in minor units. All offers together have no `offerId`. */
export function liftTable({ overall, items }: LiftAnswer): Table {
  const experiments = [
    ...(overall === null ? [] : [{ ...overall, offerId: null, name: null, kind: null }]),
    ...items,
  ];
  return {
    columns: [
      'offerId',
      'name',
      'kind',
      'verdict',
      'treatedShoppers',
      'controlShoppers',
      'waiting',
      'sampleRatioBroken',
      'metric',
      'currency',
      'treatedMean',
      'controlMean',
      'difference',
      'low',
      'high',
      'pValue',
      'earned',
      'earnedLow',
      'earnedHigh',
      'shrunkDifference',
      'falseDiscoveryRate',
    ],
    rows: experiments.flatMap((each) => {
      const { offerId, name, kind, verdict, treatedShoppers, controlShoppers, waiting, sampleRatio } = each;
      const who = [
        offerId,
        name,
        kind,
        verdict,
        treatedShoppers,
        controlShoppers,
        waiting,
        sampleRatio.broken,
      ];
      const figures = each.estimates.map((estimate) => [
        estimate.metric,
        estimate.currency,
        estimate.treatedMean,
        estimate.controlMean,
        estimate.difference,
        estimate.low,
        estimate.high,
        estimate.pValue,
        estimate.earned?.amount,
        estimate.earned?.low,
        estimate.earned?.high,
        estimate.shrunkDifference,
        estimate.falseDiscoveryRate,
      ]);
      return figures.length === 0
        ? [[...who, ...Array<null>(13).fill(null)]]
        : figures.map((row) => [...who, ...row]);
    }),
  };
}
