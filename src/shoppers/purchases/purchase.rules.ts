import { createHash } from 'node:crypto';
import {
  MINUTE_MS,
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
  /** Units, or a measure such as kilograms: more than nothing. */
  quantity: number;
  unitPrice?: Money | undefined;
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
export const FUTURE_TOLERANCE_MS = 5 * MINUTE_MS;

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
  if (purchase.purchasedAt > receivedAt + FUTURE_TOLERANCE_MS) {
    const detail = 'purchasedAt: more than 5 minutes ahead of our clock';
    return { ok: false, code: 'in-the-future', detail };
  }
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

/** Sorts out purchases of nobody we know, or in no store we know. */
export function sift(
  candidates: readonly Candidate[],
  known: { shoppers: ReadonlySet<string>; stores: ReadonlySet<string> },
): { kept: Candidate[]; refused: Refusal[] } {
  const kept: Candidate[] = [];
  const refused: Refusal[] = [];
  for (const candidate of candidates) {
    const { index, purchase } = candidate;
    const { shopperId, storeId } = purchase;
    if (!known.shoppers.has(shopperId)) {
      refused.push({ index, code: 'unknown-shopper', detail: `shopperId: no shopper ${shopperId}` });
    } else if (storeId !== undefined && !known.stores.has(storeId)) {
      refused.push({ index, code: 'unknown-store', detail: `storeId: no store ${storeId}` });
    } else {
      kept.push(candidate);
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
