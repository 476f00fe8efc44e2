import { MINUTE_MS, type Instant, type ProductId, type ShopperId } from '../../shared/index.js';

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

/** How far ahead the clock of whoever reports may run. */
export const FUTURE_TOLERANCE_MS = 5 * MINUTE_MS;

/** Why an interaction is not taken before anything is written, or undefined. */
export function refusalOf(
  interaction: Interaction,
  shoppers: ReadonlySet<ShopperId>,
  receivedAt: Instant,
): { code: string; detail: string } | undefined {
  if (interaction.at > receivedAt + FUTURE_TOLERANCE_MS) {
    return { code: 'in-the-future', detail: 'at: more than 5 minutes ahead of our clock' };
  }
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
