import { createHash } from 'node:crypto';
import {
  SECOND_MS,
  type Instant,
  type Money,
  type Principal,
  type ProductId,
  type PurchaseId,
  type ShopperId,
  type StoreId,
} from '../../shared/index.js';

export interface PurchaseLine {
  productId: ProductId;
  /** Units, or a measure such as kilograms; never zero, and below zero what was brought back. */
  quantity: number;
  unitPrice?: Money | undefined;
  /** Off the whole line; of a return, what had been off it and is taken back. */
  discount?: Money | undefined;
  couponCode?: string | undefined;
}

export interface Purchase {
  purchaseId: PurchaseId;
  shopperId: ShopperId;
  storeId?: StoreId | undefined;
  channel: 'store' | 'online';
  purchasedAt: Instant;
  lines: readonly PurchaseLine[];
}

/** A purchase with its place in the batch and what tells its content from another's. */
export interface Candidate {
  index: number;
  purchase: Purchase;
  contentHash: Buffer;
}
export interface Refusal {
  index: number;
  code: string;
  detail: string;
}

/** How far ahead a till's clock may run. */
export const FUTURE_TOLERANCE_MS = 5 * SECOND_MS;

/**
 * Nothing that was recorded by a machine is older, and clocks that lost their time begin before: at 1970 (Unix) or
 * 1980 (DOS, GPS).
 */
export const EARLIEST: Instant = Date.UTC(1990, 0, 1);

/** More than anybody carries out of a shop: keeps sums and averages finite. */
export const MAX_QUANTITY = 1_000_000;

/** Why something cannot have happened at `at`, or undefined when it can. `field` names the place. */
export function timeRefusal(
  field: string,
  at: Instant,
  receivedAt: Instant,
): Omit<Refusal, 'index'> | undefined {
  if (at > receivedAt + FUTURE_TOLERANCE_MS) {
    return { code: 'in-the-future', detail: `${field}: more than 5 seconds ahead of our clock` };
  }
  if (at < EARLIEST) return { code: 'too-long-ago', detail: `${field}: before 1990; is the clock set?` };
  return undefined;
}

/** False where a line's price and what is off it are of two currencies. */
export function isOfOneCurrency({
  unitPrice,
  discount,
}: Pick<PurchaseLine, 'unitPrice' | 'discount'>): boolean {
  return (unitPrice?.currency ?? discount?.currency) === (discount ?? unitPrice)?.currency;
}

/** False where more is taken off than the line costs, rounded up: no line pays the shopper. */
export function isDiscountWithinPrice({
  quantity,
  unitPrice,
  discount,
}: Pick<PurchaseLine, 'quantity' | 'unitPrice' | 'discount'>): boolean {
  if (unitPrice === undefined || discount === undefined) return true;
  return discount.amount <= Math.ceil(Math.abs(quantity) * unitPrice.amount);
}

/** The same for the same content, whatever the order of its fields and whether an absent one is named. */
export function contentHash(purchase: Purchase): Buffer {
  return createHash('sha256').update(canonicalJson(purchase)).digest();
}

/** JSON with its keys in order and without what is undefined. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`);
  return `{${fields.join(',')}}`;
}

/**
 * A purchase as its sender may report it: a till reports what it sold itself.
 *
 * @returns the purchase with a till's store filled in, or why it is refused
 */
export function admit(
  purchase: Purchase,
  principal: Principal,
  receivedAt: Instant,
): { ok: true; purchase: Purchase } | ({ ok: false } & Omit<Refusal, 'index'>) {
  const untimely = timeRefusal('purchasedAt', purchase.purchasedAt, receivedAt);
  if (untimely !== undefined) return { ok: false, ...untimely };
  if (principal.kind !== 'till') return { ok: true, purchase };
  if (purchase.channel !== 'store') {
    return { ok: false, code: 'not-your-channel', detail: 'channel: a till sells in the store' };
  }
  const storeId = purchase.storeId ?? principal.storeId;
  if (storeId !== principal.storeId) {
    return { ok: false, code: 'not-your-store', detail: 'storeId: a till reports for its own store' };
  }
  return { ok: true, purchase: { ...purchase, storeId } };
}

/**
 * Sorts out purchases of nobody we know, or in no store we know. One of a shopper who was merged is of whoever stands
 * for them; what tells its content stays as it was sent.
 */
export function sift(
  candidates: readonly Candidate[],
  known: { shoppers: ReadonlyMap<ShopperId, ShopperId>; stores: ReadonlySet<string> },
): { kept: Candidate[]; refused: Refusal[] } {
  const kept: Candidate[] = [];
  const refused: Refusal[] = [];
  for (const candidate of candidates) {
    const { index, purchase } = candidate;
    const { shopperId, storeId } = purchase;
    const actual = known.shoppers.get(shopperId);
    if (actual === undefined) {
      refused.push({ index, code: 'unknown-shopper', detail: `shopperId: no shopper ${shopperId}` });
    } else if (storeId !== undefined && !known.stores.has(storeId)) {
      refused.push({ index, code: 'unknown-store', detail: `storeId: no store ${storeId}` });
    } else {
      kept.push(
        actual === shopperId ? candidate : { ...candidate, purchase: { ...purchase, shopperId: actual } },
      );
    }
  }
  return { kept, refused };
}

/** Candidates whose purchase is on record, or was first in this batch, with other content. */
export function differing(
  candidates: readonly Candidate[],
  recorded: ReadonlyMap<PurchaseId, Buffer>,
): Refusal[] {
  return candidates
    .filter(({ purchase, contentHash: hash }) => !(recorded.get(purchase.purchaseId)?.equals(hash) ?? false))
    .map(({ index, purchase }) => ({
      index,
      code: 'purchase-differs',
      detail: `purchaseId: ${purchase.purchaseId} is on record with other content`,
    }));
}

/** The first of each purchase, in the order of their ids: whoever writes the same ones waits rather than locks up. */
export function firstOfEach(candidates: readonly Candidate[]): Candidate[] {
  const first = new Map<PurchaseId, Candidate>();
  for (const candidate of candidates) {
    if (!first.has(candidate.purchase.purchaseId)) first.set(candidate.purchase.purchaseId, candidate);
  }
  return [...first.values()].sort((a, b) => (a.purchase.purchaseId < b.purchase.purchaseId ? -1 : 1));
}

/** The new purchases of each shopper. */
export function byShopper(purchases: readonly Purchase[]): Map<ShopperId, PurchaseId[]> {
  const ids = new Map<ShopperId, PurchaseId[]>();
  for (const { shopperId, purchaseId } of purchases) {
    ids.set(shopperId, [...(ids.get(shopperId) ?? []), purchaseId]);
  }
  return ids;
}

/** What names a coupon that no till has redeemed, by place in the batch; it attributes nothing. */
export function unredeemed(candidates: readonly Candidate[], redeemed: ReadonlySet<string>): Refusal[] {
  return candidates.flatMap(({ index, purchase }) =>
    couponCodesOf(purchase)
      .filter((code) => !redeemed.has(code))
      .map((code) => ({
        index,
        code: 'coupon-not-redeemed',
        detail: `couponCode: ${code} was not redeemed`,
      })),
  );
}

export function couponCodesOf({ lines }: Purchase): string[] {
  return [...new Set(lines.flatMap(({ couponCode }) => couponCode ?? []))];
}
