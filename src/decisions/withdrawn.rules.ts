import type { ShopperId } from '../shared/index.js';
import type { Pending } from './decision.js';

/**
 * A decision that was thought through with a profile whose use is not consented to any more: nothing of it may count,
 * so nothing is offered. The next one is made without the profile.
 *
 * @param profiled who consents to profiling under the locks
 */
export function withoutWithdrawn(pending: Pending, profiled: ReadonlySet<ShopperId>): Pending {
  const usedProfile = pending.facts.shopper.consents.profiling;
  if (!usedProfile || profiled.has(pending.shopperId)) return pending;
  const reason = { code: 'no-consent' as const, detail: 'the consent to profiling was withdrawn meanwhile' };
  return { ...pending, considered: pending.considered.map((each) => ({ ...each, reasons: [reason] })) };
}
