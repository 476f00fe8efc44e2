import type { CapEvent, ContactPolicy } from '../limits/index.js';
import type { LiveSnapshot } from '../offers/index.js';
import type { PresenceChange } from '../presence/index.js';
import type { Instant, Read, ShopperId, ShopperView, StoreId } from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';
import { FIRST_ECONOMICS, type Economics } from './choosing/index.js';
import type { Granted, Pending, World } from './decision.js';
import { capEventOf, grant, type Locked } from './grant.rules.js';
import { pendingOf, triggeredBy, type Triggered } from './pending.rules.js';
import { longestRearmOf, ZoneExits } from './zone-exits.rules.js';

export interface RehearsalSetting {
  layoutOf: (storeId: StoreId) => StoreLayout | undefined;
  live: LiveSnapshot;
  policy: ContactPolicy;
  /** What is known of money and of what offers bring; what is assumed at first when left out. */
  economics?: Economics;
  /** How far budgets that are paced may be used by when; without it they are spent as it comes. */
  rhythms?: World['rhythms'];
  /** Undefined for nobody that is known: nothing is decided about them. */
  viewOf: (shopperId: ShopperId, at: Instant) => ShopperView | undefined;
  /** What rules may ask beyond the view; unknown without it. */
  readOf?: (shopperId: ShopperId, at: Instant) => Read | undefined;
  /** Whose caps count together; nobody's without it. */
  householdOf?: (shopperId: ShopperId) => string | undefined;
}

export interface Rehearsed {
  pending: Pending;
  granted: Granted;
}

/**
 * Decides without a database, by the functions that decide in the shop: what the locks protect there (offers made to
 * each shopper and household, counters over all) and what the ledger knows (when zones were left) is kept in memory
 * here. It begins with nothing made and nothing taken. Changes are told in the order of time.
 */
export class Rehearsal {
  readonly #events = new Map<ShopperId, CapEvent[]>();
  readonly #ofHouseholds = new Map<string, CapEvent[]>();
  readonly #used = new Map<string, number>();
  readonly #exits: ZoneExits;
  readonly #rearms: boolean;
  #made = 0;
  readonly #newId = (): string => `decision-${(this.#made += 1)}`;

  constructor(private readonly setting: RehearsalSetting) {
    const longest = longestRearmOf(setting.live.offers, setting.policy);
    this.#rearms = longest > 0;
    this.#exits = new ZoneExits(longest);
  }

  /** True for what triggers an offer, or is remembered for one that may be triggered later: the rest need not be told. */
  concerns(change: PresenceChange): boolean {
    return change.kind === 'zoneExited' ? this.#rearms : this.#triggeredBy(change) !== undefined;
  }

  /** @returns undefined where the change triggers no offer */
  decide(change: PresenceChange, now: Instant): Rehearsed | undefined {
    this.#exits.learn(change);
    const triggered = this.#triggeredBy(change);
    if (triggered === undefined) return undefined;
    const { live, policy, economics = FIRST_ECONOMICS, rhythms, viewOf, readOf } = this.setting;
    const { shopperId } = change;
    const view = viewOf(shopperId, change.at);
    if (view === undefined) return undefined;
    const read = readOf?.(shopperId, change.at);
    const world = { policy, live, economics, rhythms };
    const pending = pendingOf(triggered, { view, read }, world, { newId: this.#newId, now });
    const leftAt = this.#exits.leftAt(pending);
    this.#exits.triggered(pending);
    const granted = grant(pending, { policy, ...this.#historyOf(shopperId), used: this.#used, leftAt, now });
    if (granted.outcome === 'offer' && granted.winner !== undefined) {
      this.#remember(shopperId, capEventOf(granted.winner, pending));
    }
    return { pending, granted };
  }

  #triggeredBy(change: PresenceChange): Triggered | undefined {
    const layout = this.setting.layoutOf(change.storeId);
    return layout && triggeredBy(change, this.setting.live, layout);
  }

  #historyOf(shopperId: ShopperId): Pick<Locked, 'events' | 'household'> {
    const household = this.setting.householdOf?.(shopperId);
    return {
      events: this.#events.get(shopperId) ?? [],
      household: household === undefined ? undefined : (this.#ofHouseholds.get(household) ?? []),
    };
  }

  #remember(shopperId: ShopperId, event: CapEvent): void {
    add(this.#events, shopperId, event);
    const household = this.setting.householdOf?.(shopperId);
    if (household !== undefined) add(this.#ofHouseholds, household, event);
  }
}

function add<Key>(events: Map<Key, CapEvent[]>, key: Key, event: CapEvent): void {
  const known = events.get(key);
  if (known === undefined) events.set(key, [event]);
  else known.push(event);
}
