import { Injectable } from '@nestjs/common';
import { Bus, Clock, lockKnownShoppers, lockShoppers, type Queryable } from '../../platform/index.js';
import { DAY_MS, toRfc3339, type Instant, type LoyaltyStanding, type ShopperId } from '../../shared/index.js';
import { pointsOf } from './earning.rules.js';
import { LoyaltyRepository } from './loyalty.repository.js';
import type { Programme } from './programme.schema.js';
import { LoyaltyProgramme } from './programme.service.js';
import { standingOf, startOfPeriod, type Member, type Standing } from './tiers.rules.js';

const SWEPT_AT_ONCE = 500;

/** Points and tiers of members: credited once a purchase, up at once, down when a tier's period ends. */
@Injectable()
export class Loyalty {
  constructor(
    private readonly programme: LoyaltyProgramme,
    private readonly repository: LoyaltyRepository,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /** Credits what a shopper bought and works out where they stand. Twice is once. */
  async settle(given: ShopperId): Promise<void> {
    const { earning } = this.programme;
    if (earning === undefined) return;
    const now = this.clock.now();
    const changed = await this.repository.transaction(async (tx) => {
      const shopperId = (await lockKnownShoppers(tx, [given])).get(given);
      if (shopperId === undefined) return undefined;
      await lockShoppers(tx, [shopperId]);
      const before = await this.repository.member(tx, shopperId);
      await this.#credit(tx, shopperId, earning, before);
      await this.#stand(tx, shopperId, earning, before, now);
      return shopperId;
    });
    if (changed !== undefined) this.bus.emit('shopper.changed', { shopperId: changed });
  }

  /** Looks at everybody whose tier or points may have run out, and credits what was bought before there was a programme. */
  async sweep(): Promise<void> {
    if (this.programme.earning === undefined) return;
    const seen = new Set<ShopperId>();
    for (;;) {
      const due = await this.repository.due(this.clock.now(), SWEPT_AT_ONCE);
      const fresh = due.filter((id) => !seen.has(id));
      if (fresh.length === 0) return;
      for (const shopperId of fresh) {
        seen.add(shopperId);
        await this.settle(shopperId);
      }
    }
  }

  async #credit(
    tx: Queryable,
    shopperId: ShopperId,
    programme: Programme,
    before: Member | undefined,
  ): Promise<void> {
    const multiplier = programme.tiers.find(({ name }) => name === before?.tier)?.multiplier ?? 1;
    for (;;) {
      const purchases = await this.repository.unearned(tx, shopperId);
      if (purchases.length === 0) return;
      await this.repository.credit(
        tx,
        shopperId,
        purchases.map((purchase) => ({
          purchaseId: purchase.purchaseId,
          points: pointsOf(purchase, programme, multiplier),
          at: purchase.purchasedAt,
        })),
      );
    }
  }

  async #stand(
    tx: Queryable,
    shopperId: ShopperId,
    programme: Programme,
    before: Member | undefined,
    now: Instant,
  ): Promise<void> {
    // What counted in the period before, too: a tier is kept by the points of the period that ends.
    const since = startOfPeriod(
      programme,
      startOfPeriod(programme, now) - (programme.graceDays + 1) * DAY_MS,
    );
    const earned = await this.repository.earned(tx, shopperId, since);
    const standing = standingOf(earned, before, programme, now);
    await this.repository.save(tx, shopperId, standing, shown(standing, programme));
    if (standing.move === undefined) return;
    const { points, move } = standing;
    await this.repository.recordMove(tx, { id: this.clock.newId(), shopperId, points, at: now, ...move });
  }
}

function shown(standing: Standing, programme: Programme): LoyaltyStanding {
  const { tier, points, since, endsAt, nextTier, pointsToNextTier, entitlements } = standing;
  const threshold = programme.tiers.find(({ name }) => name === tier)?.threshold ?? 0;
  return {
    tier,
    points,
    since: toRfc3339(since),
    ...(nextTier !== undefined && { nextTier }),
    ...(pointsToNextTier !== undefined && { pointsToNextTier }),
    ...(endsAt !== undefined && { tierEndsAt: toRfc3339(endsAt) }),
    tierAtRisk: points < threshold,
    entitlements,
  };
}
