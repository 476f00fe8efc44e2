import type { CapEvent, ContactPolicy } from '../limits/index.js';
import type { LiveSnapshot } from '../offers/index.js';
import type { PresenceChange } from '../presence/index.js';
import type { Instant, Read, ShopperId, ShopperView, StoreId } from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';
import { FIRST_ECONOMICS, type Economics } from './choosing/index.js';
import type { Granted, Pending } from './decision.js';
import { capEventOf, grant } from './grant.rules.js';
import { pendingOf, triggeredBy } from './pending.rules.js';

export interface RehearsalSetting {
  layoutOf: (storeId: StoreId) => StoreLayout | undefined;
  live: LiveSnapshot;
  policy: ContactPolicy;
  /** What is known of money and of what offers bring; what is assumed at first when left out. */
  economics?: Economics;
  /** Undefined for nobody that is known: nothing is decided about them. */
  viewOf: (shopperId: ShopperId, at: Instant) => ShopperView | undefined;
  /** What rules may ask beyond the view; unknown without it. */
  readOf?: (shopperId: ShopperId, at: Instant) => Read | undefined;
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
    const { layoutOf, live, policy, economics = FIRST_ECONOMICS, viewOf } = this.setting;
    const layout = layoutOf(change.storeId);
    const triggered = layout && triggeredBy(change, live, layout);
    if (triggered === undefined) return undefined;
    const { shopperId } = change;
    const view = viewOf(shopperId, change.at);
    if (view === undefined) return undefined;
    const read = this.setting.readOf?.(shopperId, change.at);
    const world = { policy, live, economics };
    const pending = pendingOf(triggered, { view, read }, world, { newId: this.#newId, now });
    const events = this.#events.get(shopperId) ?? [];
    const granted = grant(pending, { policy, events, used: this.#used, now });
    if (granted.outcome === 'offer' && granted.winner !== undefined) {
      this.#events.set(shopperId, [...events, capEventOf(granted.winner, pending)]);
    }
    return { pending, granted };
  }
}
