import { Injectable } from '@nestjs/common';
import { OfferLists } from '../offers/index.js';
import { Database, notFound } from '../platform/index.js';
import type { OfferId, PrincipalOf, StoreId, VisitId } from '../shared/index.js';
import { reachOf, reaches } from '../stores/index.js';

type Asker = PrincipalOf<'service' | 'staff'>;

/** What a question about decisions names. */
export interface Named {
  storeId?: StoreId | undefined;
  visitId?: VisitId | undefined;
  offerIds?: readonly OfferId[] | undefined;
}

/** Staff who are kept to some stores ask about these alone; what they name of others is as good as missing. */
@Injectable()
export class Reach {
  constructor(
    private readonly offers: OfferLists,
    private readonly database: Database,
  ) {}

  /** @throws Problem 404 for a store, visit or offer out of the asker's reach */
  async require(asker: Asker, { storeId, visitId, offerIds = [] }: Named): Promise<void> {
    const stores = reachOf(asker);
    if (stores === undefined) return;
    if (storeId !== undefined && !reaches(asker, storeId)) throw notFound('store');
    if (visitId !== undefined) await this.#requireVisit(visitId, stores);
    for (const offerId of offerIds) await this.offers.one(offerId, asker);
  }

  async #requireVisit(visitId: VisitId, stores: readonly StoreId[]): Promise<void> {
    const known = await this.database.query(
      'SELECT 1 FROM visits WHERE visit_id = $1 AND store_id = ANY ($2)',
      [visitId, stores],
    );
    if (known.length === 0) throw notFound('visit');
  }
}
