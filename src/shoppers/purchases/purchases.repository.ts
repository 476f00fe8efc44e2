import { Injectable } from '@nestjs/common';
import { Database, lockKnownShoppers, timestamp, type Queryable } from '../../platform/index.js';
import type { PurchaseId, ShopperId, StoreId } from '../../shared/index.js';
import type { Candidate, Purchase } from './purchase.rules.js';

/** What was bought. */
@Injectable()
export class PurchasesRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /**
   * Who and where is known, and who stands for each shopper named ({@link lockKnownShoppers}). Stores are asked of
   * their table, not of memory: one that another process made a moment ago counts.
   */
  async known(
    tx: Queryable,
    purchases: readonly Purchase[],
  ): Promise<{ shoppers: Map<ShopperId, ShopperId>; stores: Set<StoreId> }> {
    const shoppers = await lockKnownShoppers(
      tx,
      purchases.map(({ shopperId }) => shopperId),
    );
    const stores = await tx.query<{ store_id: StoreId }>(
      'SELECT store_id FROM stores WHERE store_id = ANY($1)',
      [purchases.flatMap(({ storeId }) => storeId ?? [])],
    );
    return {
      shoppers,
      stores: new Set(stores.map((row) => row.store_id)),
    };
  }

  /** Writes those that are not on record yet, with their lines. Gives the ids of those it wrote. */
  async insert(tx: Queryable, candidates: readonly Candidate[]): Promise<Set<PurchaseId>> {
    const purchases = candidates.map(({ purchase }) => purchase);
    const rows = await tx.query<{ purchase_id: PurchaseId }>(
      `INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::bytea[])
       ON CONFLICT (purchase_id) DO NOTHING RETURNING purchase_id`,
      [
        purchases.map(({ purchaseId }) => purchaseId),
        purchases.map(({ shopperId }) => shopperId),
        purchases.map(({ storeId }) => storeId ?? null),
        purchases.map(({ channel }) => channel),
        purchases.map(({ purchasedAt }) => timestamp(purchasedAt)),
        candidates.map(({ contentHash }) => contentHash),
      ],
    );
    const written = new Set(rows.map((row) => row.purchase_id));
    await insertLines(
      tx,
      purchases.filter(({ purchaseId }) => written.has(purchaseId)),
    );
    return written;
  }

  /** The content on record of these purchases. */
  async recorded(tx: Queryable, ids: readonly PurchaseId[]): Promise<Map<PurchaseId, Buffer>> {
    const rows = await tx.query<{ purchase_id: PurchaseId; content_hash: Buffer }>(
      'SELECT purchase_id, content_hash FROM purchases WHERE purchase_id = ANY($1)',
      [ids],
    );
    return new Map(rows.map((row) => [row.purchase_id, row.content_hash]));
  }

  /** Those of `codes` that a till redeemed and has not reversed. */
  async redeemed(codes: readonly string[]): Promise<Set<string>> {
    if (codes.length === 0) return new Set();
    const rows = await this.database.query<{ code: string }>(
      'SELECT code FROM redemptions WHERE code = ANY($1) AND reversed_at IS NULL',
      [codes],
    );
    return new Set(rows.map((row) => row.code));
  }
}

async function insertLines(tx: Queryable, purchases: readonly Purchase[]): Promise<void> {
  const lines = purchases.flatMap(({ purchaseId, lines: ofPurchase }) =>
    ofPurchase.map((line, place) => ({ purchaseId, lineNo: place + 1, ...line })),
  );
  await tx.run(
    `INSERT INTO purchase_lines
       (purchase_id, line_no, product_id, quantity, unit_price, discount, currency, coupon_code)
     SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::double precision[], $5::bigint[],
                          $6::bigint[], $7::text[], $8::text[])`,
    [
      lines.map(({ purchaseId }) => purchaseId),
      lines.map(({ lineNo }) => lineNo),
      lines.map(({ productId }) => productId),
      lines.map(({ quantity }) => quantity),
      lines.map(({ unitPrice }) => unitPrice?.amount ?? null),
      lines.map(({ discount }) => discount?.amount ?? null),
      lines.map(({ unitPrice, discount }) => (unitPrice ?? discount)?.currency ?? null),
      lines.map(({ couponCode }) => couponCode ?? null),
    ],
  );
}
