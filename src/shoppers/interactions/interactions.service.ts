import { Injectable } from '@nestjs/common';
import { Bus, lockKnownShoppers, type Rejection, type Sorted } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import { isSame, refusalOf, type Interaction } from './interaction.rules.js';
import { InteractionsRepository } from './interactions.repository.js';

/** What shoppers did besides buying, once an interaction. */
@Injectable()
export class Interactions {
  constructor(
    private readonly repository: InteractionsRepository,
    private readonly bus: Bus,
  ) {}

  /** Records the good items of a bulk write; the same again is accepted without effect. */
  async record(
    { good: given, rejected }: Sorted<Interaction>,
    receivedAt: Instant,
  ): Promise<{ accepted: number; rejected: Rejection[] }> {
    const { good, refused } = await this.repository.transaction(async (tx) => {
      const standing = await lockKnownShoppers(
        tx,
        given.map(({ value }) => value.shopperId),
      );
      const good = given.map(({ index, value }) => ({ index, value: ofWhoStands(value, standing) }));
      const shoppers = new Set(standing.values());
      const sorted = good.map((item) => ({ ...item, refusal: refusalOf(item.value, shoppers, receivedAt) }));
      const kept = sorted.filter(({ refusal }) => refusal === undefined);
      await this.repository.insert(
        tx,
        kept.map(({ value }) => value),
      );
      const ids = kept.map(({ value }) => value.interactionId);
      const recorded = await this.repository.recorded(tx, ids);
      const refused = sorted.flatMap(({ index, value, refusal }) => {
        if (refusal !== undefined) return [{ index, ...refusal }];
        const onRecord = recorded.get(value.interactionId);
        return onRecord !== undefined && isSame(onRecord, value) ? [] : [{ index, ...differs(value) }];
      });
      return { good, refused };
    });
    const places = new Set(refused.map(({ index }) => index));
    const accepted = good.filter(({ index }) => !places.has(index));
    for (const shopperId of new Set(accepted.map(({ value }) => value.shopperId))) {
      this.bus.emit('shopper.changed', { shopperId });
    }
    return {
      accepted: accepted.length,
      rejected: [...rejected, ...refused].sort((a, b) => a.index - b.index),
    };
  }
}

/** Of a shopper who was merged, it is of whoever stands for them. */
function ofWhoStands(interaction: Interaction, standing: ReadonlyMap<ShopperId, ShopperId>): Interaction {
  return { ...interaction, shopperId: standing.get(interaction.shopperId) ?? interaction.shopperId };
}

function differs({ interactionId }: Interaction): { code: string; detail: string } {
  return {
    code: 'interaction-differs',
    detail: `interactionId: ${interactionId} is on record with other content`,
  };
}
