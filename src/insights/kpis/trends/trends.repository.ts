import { Injectable } from '@nestjs/common';
import { timestamp } from '../../../platform/index.js';
import type { Instant } from '../../../shared/index.js';
import { ReportReader } from '../report-reader.js';
import type { ReportScope } from '../report-scopes.service.js';
import type { TrendLevel } from './trends.rules.js';
import { FIRST_PURCHASE, OVERALL, trendsBy } from './trends.sql.js';

export interface Moments {
  since: Instant;
  until: Instant;
}

/** What was counted of one item: x now, y before, z a year ago; see `Compared`. */
export interface TrendRow {
  key: string;
  x: number;
  y: number;
  z: number;
  xx: number;
  yy: number;
  zz: number;
  xy: number;
  xz: number;
  shoppers_xy: number;
  shoppers_xz: number;
  units: number;
  money: { currency: string; now: number; before: number }[];
  /** Of products that the catalogue knows. */
  name?: string | null;
  brand?: string | null;
  category?: string | null;
}

export interface Sales {
  rows: TrendRow[];
  /** Purchases in each window, of whatever. */
  purchases: [now: number, before: number, yearAgo: number];
  firstPurchaseAt: Instant | undefined;
}

/** What was sold in a window, in the one before, and a year ago. */
@Injectable()
export class TrendsRepository {
  constructor(private readonly reader: ReportReader) {}

  sales(
    level: TrendLevel,
    windows: readonly [now: Moments, before: Moments, yearAgo: Moments],
    { storeIds }: ReportScope,
  ): Promise<Sales> {
    const values = [
      windows.map(({ since }) => timestamp(since)),
      windows.map(({ until }) => timestamp(until)),
      storeIds ?? null,
    ];
    return this.reader.read(async (tx) => {
      const overall = await tx.query<{ era: number; purchases: number }>(OVERALL, values);
      const of = (era: number) => overall.find((row) => row.era === era)?.purchases ?? 0;
      const [first] = await tx.query<{ purchased_at: Instant }>(FIRST_PURCHASE, [storeIds ?? null]);
      return {
        rows: await tx.query<TrendRow>(trendsBy(level), values),
        purchases: [of(1), of(2), of(3)],
        firstPurchaseAt: first?.purchased_at,
      };
    });
  }
}
