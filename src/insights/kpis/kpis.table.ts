import type { Table } from '../../platform/index.js';
import type { KpisAnswer } from './kpis.dto.js';
import { moneyColumns } from './money-columns.js';

const PLAIN = [
  'from',
  'to',
  'complete',
  'acquiredShoppers',
  'acquisitionRate',
  'acquisitionCostKnown',
  'activeShoppers',
  'purchases',
  'interPurchaseDays',
  'retention',
  'defection',
  'averageLifetimePeriods',
  'lifetimeObservedPeriods',
  'visits',
  'visitsPerShopper',
  'visitsWithPurchaseShare',
] as const;

/** A row a period; amounts in minor units, in a column a currency. */
export function kpisTable({ periods }: KpisAnswer): Table {
  const money = [
    moneyColumns('acquisitionCost', periods, ({ acquisitionCost }) => acquisitionCost),
    moneyColumns('revenue', periods, ({ revenue }) => revenue),
    moneyColumns('margin', periods, ({ margin }) => margin),
    moneyColumns('estimatedMarginShare', periods, ({ margin }) =>
      margin.map(({ currency, estimatedShare }) => ({ currency, amount: estimatedShare })),
    ),
  ];
  return {
    columns: [...PLAIN, ...money.flatMap(({ names }) => names)],
    rows: periods.map((period) => [
      ...PLAIN.map((column) => period[column]),
      ...money.flatMap(({ cellsOf }) => cellsOf(period)),
    ]),
  };
}
