import type { Table } from '../../../platform/index.js';
import { moneyColumns } from '../money-columns.js';
import type { TrendsAnswer } from './trends.dto.js';

const PLAIN = [
  'category',
  'productId',
  'name',
  'brand',
  'purchases',
  'purchasesBefore',
  'growth',
  'growthLow',
  'growthHigh',
  'mark',
  'units',
] as const;
const YEARLY = ['purchasesBefore', 'growth', 'growthLow', 'growthHigh', 'mark'] as const;

/** A row an item, movers first; amounts in minor units, in a column a currency. */
export function trendsTable({ items }: TrendsAnswer): Table {
  const money = [
    moneyColumns('revenue', items, ({ revenue }) => revenue),
    moneyColumns('revenueBefore', items, ({ revenueBefore }) => revenueBefore),
  ];
  return {
    columns: [
      ...PLAIN,
      ...YEARLY.map((column) => `yearOnYear${column.charAt(0).toUpperCase()}${column.slice(1)}`),
      ...money.flatMap(({ names }) => names),
    ],
    rows: items.map((item) => [
      ...PLAIN.map((column) => item[column]),
      ...YEARLY.map((column) => item.yearOnYear?.[column]),
      ...money.flatMap(({ cellsOf }) => cellsOf(item)),
    ]),
  };
}
