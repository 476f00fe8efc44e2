import { Injectable } from '@nestjs/common';
import { Bus, Clock, Outbox, type Rejection, type Sorted } from '../../platform/index.js';
import type { Instant, Principal, PurchaseId, ShopperId } from '../../shared/index.js';
import { PurchasesRepository } from './purchases.repository.js';
import {
  admit,
  byShopper,
  contentHash,
  couponCodesOf,
  differing,
  firstOfEach,
  sift,
  unredeemed,
  type Candidate,
  type Purchase,
  type Refusal,
} from './purchase.rules.js';

export interface Recorded {
  accepted: number;
  rejected: Rejection[];
  warnings?: Refusal[];
}

/** What was bought, once a purchase, however often it is reported. */
@Injectable()
export class Purchases {
  constructor(
    private readonly repository: PurchasesRepository,
    private readonly outbox: Outbox,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /**
   * Records the good items of a bulk write in one transaction. The same content again is accepted without
   * effect; other content under a known purchase is named, as are unknown shoppers and stores.
   */
  async record(
    { good, rejected }: Sorted<Purchase>,
    { principal, receivedAt }: { principal: Principal; receivedAt: Instant },
  ): Promise<Recorded> {
    const candidates: Candidate[] = [];
    const refused: Refusal[] = [...rejected];
    for (const { index, value } of good) {
      const admitted = admit(value, principal, receivedAt);
      if (admitted.ok) {
        const { purchase } = admitted;
        candidates.push({ index, purchase, contentHash: contentHash(purchase) });
      } else {
        refused.push({ index, code: admitted.code, detail: admitted.detail });
      }
    }
    const saved = await this.#save(candidates);
    refused.push(...saved.refused);
    this.#announce(saved.fresh);
    const refusedPlaces = new Set(refused.map(({ index }) => index));
    const accepted = candidates.filter(({ index }) => !refusedPlaces.has(index));
    const codes = accepted.flatMap(({ purchase }) => couponCodesOf(purchase));
    const warnings = unredeemed(accepted, await this.repository.redeemed(codes));
    return {
      accepted: accepted.length,
      rejected: refused.sort((a, b) => a.index - b.index),
      ...(warnings.length > 0 && { warnings }),
    };
  }

  #save(
    candidates: readonly Candidate[],
  ): Promise<{ fresh: Map<ShopperId, PurchaseId[]>; refused: Refusal[] }> {
    return this.repository.transaction(async (tx) => {
      const purchases = candidates.map(({ purchase }) => purchase);
      const { kept, refused } = sift(candidates, await this.repository.known(tx, purchases));
      const first = firstOfEach(kept);
      const written = await this.repository.insert(tx, first);
      const ids = first.map(({ purchase }) => purchase.purchaseId);
      const differ = differing(kept, await this.repository.recorded(tx, ids));
      const fresh = byShopper(
        first.map(({ purchase }) => purchase).filter(({ purchaseId }) => written.has(purchaseId)),
      );
      await this.outbox.write(
        tx,
        [...fresh].map(([shopperId, purchaseIds]) => ({
          id: this.clock.newId(),
          event: 'purchase.recorded' as const,
          payload: { shopperId, purchaseIds },
        })),
      );
      return { fresh, refused: [...refused, ...differ] };
    });
  }

  #announce(fresh: ReadonlyMap<ShopperId, PurchaseId[]>): void {
    if (fresh.size > 0) this.outbox.filled();
    for (const shopperId of fresh.keys()) this.bus.emit('shopper.changed', { shopperId });
  }
}
