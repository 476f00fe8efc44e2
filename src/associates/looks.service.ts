import { Injectable } from '@nestjs/common';
import { Audit } from '../access/index.js';
import { notFound, RateLimits } from '../platform/index.js';
import { principalName, type PrincipalOf, type ShopperId, type StoreId } from '../shared/index.js';
import { reaches, Stores } from '../stores/index.js';

/** Looks at shoppers: only where the associate works, not more than serving them takes, and each on record. */
@Injectable()
export class Looks {
  constructor(
    private readonly stores: Stores,
    private readonly limits: RateLimits,
    private readonly audit: Audit,
  ) {}

  /**
   * At all who are in a store.
   *
   * @throws Problem 404 for a store that is not theirs or is none, 429
   */
  async atStore(associate: PrincipalOf<'staff'>, storeId: StoreId): Promise<void> {
    if (!reaches(associate, storeId) || this.stores.layout(storeId) === undefined) throw notFound('store');
    await this.#count(associate);
    await this.audit.note({ actor: associate, action: 'visits.viewed', subject: `store:${storeId}` });
  }

  /** @throws Problem 429 */
  async atShopper(associate: PrincipalOf<'staff'>, shopperId: ShopperId): Promise<void> {
    await this.#count(associate);
    const subject = principalName({ kind: 'shopper', shopperId, expiresAt: 0 });
    await this.audit.note({ actor: associate, action: 'shopper.viewed', subject });
  }

  /** @throws Problem 429 */
  async atClients(associate: PrincipalOf<'staff'>): Promise<void> {
    await this.#count(associate);
    await this.audit.note({ actor: associate, action: 'clients.viewed', subject: principalName(associate) });
  }

  #count(associate: PrincipalOf<'staff'>): Promise<void> {
    return this.limits.takeLook(principalName(associate));
  }
}
