import { z } from 'zod';
import { dayAfter, dayAnswer, definitions, firstDay, moneyAnswer, moneyColumns } from '../insights/index.js';
import { vocabulary, type Table } from '../platform/index.js';

const range = {
  from: firstDay.optional(),
  to: dayAfter.optional(),
  storeId: vocabulary.storeId.optional(),
};
export const offersQuery = z.strictObject({ ...range, offerId: vocabulary.offerId.optional() });
export type OffersQuery = z.output<typeof offersQuery>;
export const namedQuery = vocabulary.page.extend(range);
export type NamedQuery = z.output<typeof namedQuery>;

const count = z.int().min(0);

export const offersAnswer = z.object({
  from: dayAnswer,
  to: dayAnswer.describe('exclusive'),
  timeZone: z.string(),
  storeId: z.string().nullable(),
  asOf: z.iso.datetime(),
  items: z.array(
    z.object({
      offerId: vocabulary.offerId,
      name: z.string(),
      kind: z.string(),
      issued: count,
      ghosts: count,
      received: count,
      opened: count,
      redeemed: count,
      converted: count,
      namedUnredeemed: count,
      revenue: z.array(moneyAnswer),
      discount: z.array(moneyAnswer),
      margin: z.array(moneyAnswer),
    }),
  ),
  definitions,
});
export type OffersAnswer = z.input<typeof offersAnswer>;

export const namedAnswer = vocabulary.pageOf(
  z.object({
    purchaseId: z.string(),
    shopperId: z.string(),
    storeId: z.string().optional(),
    purchasedAt: z.iso.datetime(),
    couponCode: z.string(),
    offerId: z.string().optional(),
    why: z.enum(['unknown', 'other-shopper', 'withdrawn', 'expired', 'not-presented']),
  }),
);

const PLAIN = [
  'offerId',
  'name',
  'kind',
  'issued',
  'ghosts',
  'received',
  'opened',
  'redeemed',
  'converted',
  'namedUnredeemed',
] as const;

/** A row an offer; amounts in minor units, in a column a currency. */
export function offersTable({ items }: OffersAnswer): Table {
  const money = [
    moneyColumns('revenue', items, ({ revenue }) => revenue),
    moneyColumns('discount', items, ({ discount }) => discount),
    moneyColumns('margin', items, ({ margin }) => margin),
  ];
  return {
    columns: [...PLAIN, ...money.flatMap(({ names }) => names)],
    rows: items.map((item) => [
      ...PLAIN.map((column) => item[column]),
      ...money.flatMap(({ cellsOf }) => cellsOf(item)),
    ]),
  };
}
