import { Injectable } from '@nestjs/common';
import { returnReservation } from '../limits/index.js';
import { Clock, Metrics } from '../platform/index.js';
import type { Instant } from '../shared/index.js';
import type { Coupon } from './coupon.js';
import { RedemptionsRepository } from './redemptions.repository.js';

/** Redemptions taken back, by the till or because the goods came back. */
@Injectable()
export class Reversals {
  constructor(
    private readonly repository: RedemptionsRepository,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Nothing is spent any more, and until it expires the coupon can be redeemed again. Twice is once.
   *
   * @returns when it was done
   */
  reverse(
    { code, shopperId, decisionId, deliveryId }: Coupon,
    redemptionId: string,
    reason: string,
  ): Promise<Instant> {
    return this.repository.lockedShopper(shopperId, async (tx) => {
      const before = await this.repository.byId(tx, redemptionId);
      if (before?.reversedAt !== undefined) return before.reversedAt;
      const now = this.clock.now();
      await returnReservation(tx, decisionId);
      await this.repository.reverse(tx, { redemptionId, code }, reason, now);
      await this.repository.reopenDelivery(tx, deliveryId, now);
      this.metrics.couponRedemptions.inc({ outcome: 'reversed' });
      return now;
    });
  }
}
