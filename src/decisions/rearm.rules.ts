import type { ContactPolicy } from '../limits/index.js';
import type { LiveOffer } from '../offers/index.js';
import type { Instant } from '../shared/index.js';
import type { Pending, Reason } from './decision.js';

/** How long a zone must have been left before it triggers this offer again, in milliseconds. */
export function rearmMs({ document: { trigger } }: LiveOffer, { rearmSeconds }: ContactPolicy): number {
  return (trigger.rearmSeconds ?? rearmSeconds) * 1_000;
}

/** The longest of the offers that may be made; 0 where nobody asks, or no zone was entered. */
export function longestRearmMs({ zoneId, considered }: Pending, policy: ContactPolicy): number {
  if (zoneId === undefined) return 0;
  return Math.max(
    0,
    ...considered.filter(({ reasons }) => reasons.length === 0).map(({ offer }) => rearmMs(offer, policy)),
  );
}

/**
 * A zone that was left and entered again too soon. Each way in has its own time: who has passed through may still be
 * spoken to for staying.
 *
 * @param leftAt when the shopper last left the zone in which the same kind of trigger had gone off
 */
export function rearmRefusal(
  offer: LiveOffer,
  { on, at }: Pending,
  policy: ContactPolicy,
  leftAt: Instant | undefined,
): Reason | undefined {
  const afterMs = rearmMs(offer, policy);
  if (leftAt === undefined || at - leftAt >= afterMs) return undefined;
  const detail = `left ${Math.round((at - leftAt) / 1_000)} s ago; ${on} triggers again after ${afterMs / 1_000} s`;
  return { code: 'offer-cap', detail, path: 'trigger.rearmSeconds' };
}
