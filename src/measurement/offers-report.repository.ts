import { Injectable } from '@nestjs/common';
import { ReportReader } from '../insights/index.js';
import { decodeCursor, pageFrom, timestamp, type Page } from '../platform/index.js';
import { toRfc3339, type Instant, type Money, type OfferId, type StoreId } from '../shared/index.js';
import { CONVERSIONS, DISCOUNTS, FUNNEL, NAMED_UNREDEEMED, NAMES } from './offers-report.sql.js';

/** What a report is about: offers made in a time, in some stores or (undefined) all, of one offer or all. */
export interface OffersQuestion {
  from: Instant;
  to: Instant;
  storeIds: readonly StoreId[] | undefined;
  offerId: OfferId | undefined;
  /** Of what was paid, where the cost is not known. */
  defaultMarginShare: number;
}

interface Funnel {
  offerId: OfferId;
  issued: number;
  ghosts: number;
  received: number;
  opened: number;
  redeemed: number;
  namedUnredeemed: number;
}
interface Converted {
  offerId: OfferId;
  isTotal: boolean;
  currency: string | null;
  converted: number;
  revenue: number;
  margin: number;
}

export interface OfferFigures extends Funnel {
  name: string;
  kind: string;
  converted: number;
  revenue: Money[];
  discount: Money[];
  margin: Money[];
}

interface NamedRow {
  purchaseId: string;
  lineNo: number;
  shopperId: string;
  storeId: string | null;
  purchasedAt: Instant;
  couponCode: string;
  offerId: string | null;
  expiresAt: Instant | null;
  withdrawnAt: Instant | null;
  foreign: boolean;
}

/** Why a purchase names a coupon that is not redeemed. */
export type WhyUnredeemed = 'unknown' | 'other-shopper' | 'withdrawn' | 'expired' | 'not-presented';

export interface NamedUnredeemed {
  purchaseId: string;
  shopperId: string;
  storeId?: string;
  purchasedAt: string;
  couponCode: string;
  offerId?: string;
  why: WhyUnredeemed;
}

/** What offers did, read off decisions, deliveries, coupons and purchases. */
@Injectable()
export class OffersReportRepository {
  constructor(private readonly reader: ReportReader) {}

  /** Newest offers first; those of which nothing was made or withheld are left out. */
  figures(question: OffersQuestion): Promise<OfferFigures[]> {
    const { from, to, storeIds, offerId, defaultMarginShare } = question;
    const values = [timestamp(from), timestamp(to), storeIds ?? null, offerId ?? null];
    return this.reader.read(async (tx) => {
      const funnels = await tx.query<Funnel>(FUNNEL, values);
      const discounts = await tx.query<{ offerId: OfferId } & Money>(DISCOUNTS, values);
      const converted = await tx.query<Converted>(CONVERSIONS, [...values, defaultMarginShare]);
      const names = await tx.query<Pick<OfferFigures, 'offerId' | 'name' | 'kind'>>(NAMES, [
        funnels.map((each) => each.offerId),
      ]);
      return names.flatMap((named) => {
        const funnel = funnels.find((each) => each.offerId === named.offerId);
        const own = converted.filter((each) => each.offerId === named.offerId);
        return funnel === undefined
          ? []
          : [
              {
                ...named,
                ...funnel,
                converted: own.find(({ isTotal }) => isTotal)?.converted ?? 0,
                revenue: moneyOf(own, ({ revenue }) => revenue),
                discount: discounts
                  .filter((each) => each.offerId === named.offerId)
                  .map(({ amount, currency }) => ({ amount, currency })),
                margin: moneyOf(own, ({ margin }) => Math.round(margin)),
              },
            ];
      });
    });
  }

  named(
    { from, to, storeIds }: Pick<OffersQuestion, 'from' | 'to' | 'storeIds'>,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
  ): Promise<Page<NamedUnredeemed>> {
    const [at, purchaseId, lineNo] = decodeCursor(cursor, 3) ?? [];
    return this.reader.read(async (tx) => {
      const rows = await tx.query<NamedRow>(NAMED_UNREDEEMED, [
        timestamp(from),
        timestamp(to),
        storeIds ?? null,
        at === undefined ? null : timestamp(Number(at)),
        purchaseId === undefined ? null : String(purchaseId),
        lineNo === undefined ? null : Number(lineNo),
        limit + 1,
      ]);
      return pageFrom(rows, limit, (row) => [row.purchasedAt, row.purchaseId, row.lineNo], namedOf);
    });
  }
}

function moneyOf(rows: readonly Converted[], of: (row: Converted) => number): Money[] {
  return rows.flatMap((row) =>
    row.isTotal || row.currency === null ? [] : [{ amount: of(row), currency: row.currency }],
  );
}

function namedOf(row: NamedRow): NamedUnredeemed {
  return {
    purchaseId: row.purchaseId,
    shopperId: row.shopperId,
    ...(row.storeId !== null && { storeId: row.storeId }),
    purchasedAt: toRfc3339(row.purchasedAt),
    couponCode: row.couponCode,
    ...(row.offerId !== null && { offerId: row.offerId }),
    why: whyOf(row),
  };
}

function whyOf(row: NamedRow): WhyUnredeemed {
  if (row.offerId === null) return 'unknown';
  if (row.foreign) return 'other-shopper';
  if (row.withdrawnAt !== null && row.withdrawnAt <= row.purchasedAt) return 'withdrawn';
  return row.expiresAt !== null && row.expiresAt <= row.purchasedAt ? 'expired' : 'not-presented';
}
