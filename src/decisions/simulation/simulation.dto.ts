import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';

const MOST_DAYS = 92;
const DAY_MS = 86_400_000;

/** A time, or a day in UTC. */
const moment = z.union(
  [vocabulary.instant, z.iso.date().transform((day) => Date.parse(`${day}T00:00:00Z`))],
  { error: 'expected an RFC 3339 time such as 2026-11-01T00:00:00Z, or a day' },
);

export const simulationBody = z
  .strictObject({
    offerId: vocabulary.offerId,
    from: moment.describe('visits that began at this time or later; of a day, its beginning in UTC'),
    to: moment.describe('and before this one'),
    revision: z.int().min(1).optional().describe('the one that is shown and edited, unless told'),
    among: z
      .enum(['live', 'alone'])
      .default('live')
      .describe('beside the offers that are live now, which take visits from it, or by itself'),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'must be after from' })
  .refine(({ from, to }) => to - from <= MOST_DAYS * DAY_MS, {
    path: ['to'],
    error: `at most ${MOST_DAYS} days after from`,
    params: { code: 'out-of-range' },
  });
export type SimulationBody = z.output<typeof simulationBody>;

const count = z.int().min(0);
const figures = {
  visits: count,
  opportunities: count.describe('moments at which the offer was considered'),
  issued: count,
  capped: count.describe('of the silences: those for a cap, a group, a limit or a budget'),
  ghosts: count.describe('withheld from those who are held out'),
  cost: z
    .object({ amount: z.int(), currency: z.string() })
    .nullable()
    .describe('the most that what was issued may cost; null where that cannot be known'),
  silences: z.record(z.string(), count).describe('by the first reason that stood against the offer'),
};

export const simulationAnswer = z.object({
  simulationId: z.guid(),
  offerId: vocabulary.offerId,
  revision: z.int(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  among: z.enum(['live', 'alone']),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  percent: z.int().min(0).max(100),
  visitsTotal: count.nullable(),
  visitsDone: count,
  reason: z.string().optional().describe('why it failed'),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().optional(),
  finishedAt: z.iso.datetime().optional(),
  ...z
    .object({
      ...figures,
      shoppersReached: count,
      perDay: z.array(z.object({ date: z.iso.date(), ...figures })),
      assumptions: z.array(z.string()),
    })
    .partial().shape,
});
export type SimulationAnswer = z.input<typeof simulationAnswer>;

/** One of many: without its days. */
export const simulationLine = simulationAnswer.omit({ perDay: true, assumptions: true });

/** What a reader must know to take the figures for what they are. */
export const ASSUMPTIONS: readonly string[] = [
  'Caps, limits and budgets begin empty at `from`.',
  'The offer’s startsAt and endsAt are left aside; its days and hours hold.',
  'Purchases count up to each moment: shopping days, and the habits of the categories that offers are about. All else that is known of shoppers, the other offers, the contact policy, stock and stores are as they are now.',
  'Households are as they are now; budgets that are spread by visits follow those of the four weeks before `from`.',
];
