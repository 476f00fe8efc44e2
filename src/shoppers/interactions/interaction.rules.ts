import type { Instant, ProductId, ShopperId } from '../../shared/index.js';
import { timeRefusal } from '../purchases/purchase.rules.js';

export const INTERACTION_TYPES = [
  'viewed',
  'searched',
  'wishlisted',
  'shared',
  'referred',
  'reviewed',
  'contacted',
] as const;

export interface Interaction {
  interactionId: string;
  shopperId: ShopperId;
  type: (typeof INTERACTION_TYPES)[number];
  productId?: ProductId | undefined;
  referredShopperId?: ShopperId | undefined;
  at: Instant;
  channel: string;
}

/** Why an interaction is not taken before anything is written, or undefined. */
export function refusalOf(
  interaction: Interaction,
  shoppers: ReadonlySet<ShopperId>,
  receivedAt: Instant,
): { code: string; detail: string } | undefined {
  const untimely = timeRefusal('at', interaction.at, receivedAt);
  if (untimely !== undefined) return untimely;
  if (!shoppers.has(interaction.shopperId)) {
    return { code: 'unknown-shopper', detail: `shopperId: no shopper ${interaction.shopperId}` };
  }
  return undefined;
}

export function isSame(a: Interaction, b: Interaction): boolean {
  return (
    a.shopperId === b.shopperId &&
    a.type === b.type &&
    a.productId === b.productId &&
    a.referredShopperId === b.referredShopperId &&
    a.at === b.at &&
    a.channel === b.channel
  );
}
