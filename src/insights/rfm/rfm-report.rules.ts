import type { Table } from '../../platform/index.js';
import { QUINTILES, RFM_SEGMENTS, segmentOf, type RfmScores, type RfmSegment } from './rfm.rules.js';

/** Shoppers of one cell, as they are counted; money in minor units of the report's currency. */
export interface CellCount extends RfmScores {
  shoppers: number;
  /** Of them, those whose main currency is the report's. */
  valued: number;
  spent: number;
  expectedMargin: number;
}

interface Figures {
  shoppers: number;
  /** Of all shoppers scored; 0 where there are none. */
  share: number;
  /** Per shopper; null where none of them pays in the report's currency, or the report is of an earlier day. */
  meanSpent: number | null;
  meanLifetimeValue: number | null;
}

export interface RfmReport {
  at: string;
  storeId: string | null;
  currency: string | null;
  shoppers: number;
  segments: ({ segment: RfmSegment } & Figures)[];
  cells: (RfmScores & { segment: RfmSegment } & Figures)[];
}

const SCORES = Array.from({ length: QUINTILES }, (_, index) => index + 1);

/** The distribution over all 125 cells and the eleven segments, empty ones too, best first. */
export function rfmReport(
  counts: readonly CellCount[],
  of: Pick<RfmReport, 'at' | 'storeId' | 'currency'>,
): RfmReport {
  const total = counts.reduce((sum, { shoppers }) => sum + shoppers, 0);
  const best = [...SCORES].reverse();
  const all = best.flatMap((recency) =>
    best.flatMap((frequency) => best.map((monetary) => ({ recency, frequency, monetary }))),
  );
  const named = counts.map((count) => ({ ...count, segment: segmentOf(count) }));
  return {
    ...of,
    shoppers: total,
    segments: RFM_SEGMENTS.map((segment) => ({
      segment,
      ...figuresOf(
        named.filter((count) => count.segment === segment),
        total,
      ),
    })),
    cells: all.map((cell) => ({
      ...cell,
      segment: segmentOf(cell),
      ...figuresOf(
        counts.filter((count) => isIn(cell, count)),
        total,
      ),
    })),
  };
}

/** One line a cell: the segments are sums of them. */
export function rfmTable({ cells, currency }: RfmReport): Table {
  return {
    columns: [
      'recency',
      'frequency',
      'monetary',
      'segment',
      'shoppers',
      'share',
      'meanSpent',
      'meanLifetimeValue',
      'currency',
    ],
    rows: cells.map((cell) => [
      cell.recency,
      cell.frequency,
      cell.monetary,
      cell.segment,
      cell.shoppers,
      cell.share,
      cell.meanSpent,
      cell.meanLifetimeValue,
      currency,
    ]),
  };
}

function isIn(cell: RfmScores, count: RfmScores): boolean {
  return (
    cell.recency === count.recency && cell.frequency === count.frequency && cell.monetary === count.monetary
  );
}

function figuresOf(counts: readonly CellCount[], total: number): Figures {
  const sum = (of: (count: CellCount) => number): number => counts.reduce((so, each) => so + of(each), 0);
  const shoppers = sum((count) => count.shoppers);
  const valued = sum((count) => count.valued);
  const mean = (of: (count: CellCount) => number): number | null =>
    valued === 0 ? null : Math.round(sum(of) / valued);
  return {
    shoppers,
    share: total === 0 ? 0 : shoppers / total,
    meanSpent: mean(({ spent }) => spent),
    meanLifetimeValue: mean(({ expectedMargin }) => expectedMargin),
  };
}
