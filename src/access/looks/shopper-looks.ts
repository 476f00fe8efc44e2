import { Injectable } from '@nestjs/common';
import { Database, notFound } from '../../platform/index.js';
import { principalName, type Principal, type ShopperId } from '../../shared/index.js';
import { Audit } from '../audit/audit.service.js';

/**
 * SQL that is true for a row of `shoppers` whom staff of some stores have to do with: at home in one of them, seen
 * there, or a buyer there, as far as what they bought may be used.
 *
 * @param stores the stores, as SQL
 */
export function isOfStores(stores: string): string {
  return `(shoppers.home_store_id = ANY(${stores})
    OR EXISTS (SELECT FROM visits WHERE visits.shopper_id = shoppers.shopper_id AND visits.store_id = ANY(${stores}))
    OR EXISTS (SELECT FROM purchases JOIN consents USING (shopper_id)
               WHERE purchases.shopper_id = shoppers.shopper_id AND purchases.store_id = ANY(${stores})
                 AND purpose = 'profiling' AND granted))`;
}

/** Who may look at whom, and who did. */
@Injectable()
export class ShopperLooks {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * Reads something of a shopper for somebody, of which the audit log tells.
   *
   * @throws Problem 404 for a shopper of other stores, as for none
   */
  async at<T>(asker: Principal, shopperId: ShopperId, read: () => Promise<T>): Promise<T> {
    await this.require(asker, shopperId);
    const seen = await read();
    const subject = principalName({ kind: 'shopper', shopperId, expiresAt: 0 });
    await this.audit.note({ actor: asker, action: 'shopper.viewed', subject });
    return seen;
  }

  /** @throws Problem 404 for a shopper of other stores */
  async require(asker: Principal, shopperId: ShopperId): Promise<void> {
    if ((await this.inReach(asker, [shopperId])).length === 0) throw notFound('shopper');
  }

  /** Those of `ids` whom somebody may look at, in their order; whoever is kept to no store may look at all. */
  async inReach(asker: Principal, ids: readonly ShopperId[]): Promise<readonly ShopperId[]> {
    const stores = asker.kind === 'staff' ? asker.storeIds : [];
    if (stores.length === 0 || ids.length === 0) return ids;
    const rows = await this.database.query<{ shopper_id: ShopperId }>(
      `SELECT shopper_id FROM shoppers WHERE shopper_id = ANY($1) AND ${isOfStores('$2')}`,
      [ids, stores],
    );
    const known = new Set(rows.map(({ shopper_id }) => shopper_id));
    return ids.filter((id) => known.has(id));
  }
}
