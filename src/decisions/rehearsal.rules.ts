import type { CapEvent, ContactPolicy } from '../limits/index.js';
import type { LiveSnapshot } from '../offers/index.js';
import type { PresenceChange } from '../presence/index.js';
import type { Instant, ShopperId, ShopperView } from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';
import { FIRST_ECONOMICS } from './choosing/index.js';
import type { Granted, Pending } from './decision.js';
import { capEventOf, grant } from './grant.rules.js';
import { pendingOf, triggeredBy } from './pending.rules.js';

export interface RehearsalSetting {
  layout: StoreLayout;
  live: LiveSnapshot;
  policy: ContactPolicy;
  viewOf: (shopperId: ShopperId) => ShopperView;
}

export interface Rehearsed {
  pending: Pending;
  granted: Granted;
}

/**
 * Decides without a database, by the functions that decide in the shop: what the locks protect there (offers made to
 * each shopper, counters over all) is kept in memory here. It begins with nothing made and nothing taken.
 */
export class Rehearsal {
  readonly #events = new Map<ShopperId, CapEvent[]>();
  readonly #used = new Map<string, number>();
  #made = 0;
  readonly #newId = (): string => `decision-${(this.#made += 1)}`;

  constructor(private readonly setting: RehearsalSetting) {}

  /** @returns undefined where the change triggers no offer */
  decide(change: PresenceChange, now: Instant): Rehearsed | undefined {
    const { layout, live, policy, viewOf } = this.setting;
    const triggered = triggeredBy(change, live, layout);
    if (triggered === undefined) return undefined;
    const { shopperId } = change;
    const view = viewOf(shopperId);
    const world = { policy, live, economics: FIRST_ECONOMICS };
    const pending = pendingOf(triggered, view, world, { newId: this.#newId, now });
    const events = this.#events.get(shopperId) ?? [];
    const granted = grant(pending, { policy, events, used: this.#used, now });
    if (granted.outcome === 'offer' && granted.winner !== undefined) {
      this.#events.set(shopperId, [...events, capEventOf(granted.winner, pending)]);
    }
    return { pending, granted };
  }
}
