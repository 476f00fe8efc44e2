import type { Pace, StoreRhythms } from '../limits/index.js';
import type { LiveOffer } from '../offers/index.js';
import type { LocalTime, OfferId } from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';

/** How far the paced ones among these offers may use their budgets in this store by now. */
export function pacesOf(
  candidates: readonly LiveOffer[],
  layout: StoreLayout,
  local: LocalTime,
  rhythms: Pick<StoreRhythms, 'paceIn'> | undefined,
): ReadonlyMap<OfferId, Pace> {
  const paces = new Map<OfferId, Pace>();
  for (const { offerId, document } of candidates) {
    const by = document.limits.budget?.pacing;
    if (by === undefined || rhythms === undefined) continue;
    paces.set(offerId, rhythms.paceIn(layout, by, document.trigger.storeIds, local));
  }
  return paces;
}
