import { Injectable } from '@nestjs/common';
import { releaseReservations } from '../limits/index.js';
import { Clock, Database, lockShoppers, Log, Rounds, timestamp } from '../platform/index.js';
import { SECOND_MS, type DecisionId, type Instant, type ShopperId } from '../shared/index.js';

const EVERY_MS = 10_000;
/** Clocks of processes differ: no till may still take a coupon for good that is swept. */
const GRACE_MS = 5 * SECOND_MS;
/** As many shoppers as a group commit locks at once. */
const AT_ONCE = 200;

interface Over {
  code: string;
  shopper_id: ShopperId;
  decision_id: DecisionId;
}

/**
 * Coupons that are over, expired or withdrawn: what they held of budgets and did not cost is given back, once. Redeemed
 * ones too: until then a return could have needed the whole again.
 */
@Injectable()
export class CouponSweep {
  readonly #rounds: Rounds;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    log: Log,
  ) {
    this.#rounds = new Rounds(
      EVERY_MS,
      async () => {
        while (!this.#rounds.isStopped && (await this.sweep()) === AT_ONCE);
      },
      (error) => log.warn({ event: 'coupons.not-swept', error }),
    );
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** @returns how many were found to be over; fewer than 200: all there are */
  async sweep(): Promise<number> {
    const found = await this.#over(this.clock.now() - GRACE_MS);
    if (found.length === 0) return 0;
    const shopperIds = [...new Set(found.map(({ shopper_id: id }) => id))];
    await this.database.transaction(async (tx) => {
      await lockShoppers(tx, shopperIds);
      // Under the shoppers' locks nobody else settles them; one that was merged meanwhile is for the next round.
      const open = await tx.query<Over>(
        `SELECT code, shopper_id, decision_id FROM coupons
         WHERE code = ANY($1) AND shopper_id = ANY($2) AND settled_at IS NULL`,
        [found.map(({ code }) => code), shopperIds],
      );
      await releaseReservations(
        tx,
        open.map(({ decision_id: id }) => id),
        'expired',
      );
      await tx.run('UPDATE coupons SET settled_at = $2 WHERE code = ANY($1)', [
        open.map(({ code }) => code),
        timestamp(this.clock.now()),
      ]);
    });
    return found.length;
  }

  #over(before: Instant): Promise<Over[]> {
    return this.database.query<Over>(
      `(SELECT code, shopper_id, decision_id FROM coupons
        WHERE settled_at IS NULL AND expires_at < $1 ORDER BY expires_at LIMIT $2)
       UNION
       (SELECT code, shopper_id, decision_id FROM coupons
        WHERE settled_at IS NULL AND withdrawn_at IS NOT NULL LIMIT $2)
       LIMIT $2`,
      [timestamp(before), AT_ONCE],
    );
  }
}
