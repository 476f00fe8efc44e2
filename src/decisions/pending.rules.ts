import type { LiveOffer, LiveSnapshot } from '../offers/index.js';
import type { PresenceChange } from '../presence/index.js';
import type {
  DecisionId,
  DeliveryId,
  Instant,
  Read,
  Reads,
  ShopperId,
  ShopperView,
} from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';
import { readsOfAll } from '../rules/index.js';
import { consider } from './consider.rules.js';
import type { Pending, World } from './decision.js';
import { pacesOf } from './paces.rules.js';
import { candidatesOf, factsOf, triggerOf, type Trigger } from './triggers.rules.js';

/** A change that triggers live offers, and which. */
export interface Triggered {
  change: PresenceChange;
  trigger: Trigger;
  layout: StoreLayout;
  candidates: readonly LiveOffer[];
}

/** Undefined where the change triggers no live offer: then there is nothing to decide. */
export function triggeredBy(
  change: PresenceChange,
  live: LiveSnapshot,
  layout: StoreLayout,
): Triggered | undefined {
  const trigger = triggerOf(change);
  if (trigger === undefined) return undefined;
  const candidates = candidatesOf(live, trigger, layout);
  return candidates.length === 0 ? undefined : { change, trigger, layout, candidates };
}

/** What has to be read before the offers that are triggered are asked, and of whom. */
export function readsAsked(triggered: readonly Triggered[]): { asking: readonly ShopperId[]; reads: Reads } {
  const asking = triggered.filter(({ candidates }) =>
    candidates.some(({ reads }) => reads.lists.size + reads.products.size > 0),
  );
  return {
    asking: [...new Set(asking.map(({ change }) => change.shopperId))],
    reads: readsOfAll(asking.flatMap(({ candidates }) => candidates.map(({ reads }) => reads))),
  };
}

/** The decision as far as it can be thought through without a lock: every candidate judged. */
export function pendingOf(
  { change, trigger, layout, candidates }: Triggered,
  { view, read }: { view: ShopperView; read?: Read | undefined },
  world: World,
  { newId, now }: { newId: () => string; now: Instant },
): Pending {
  const facts = {
    ...factsOf(trigger, layout, { shopper: view, live: world.live, radio: world.radio }),
    visitId: change.visitId,
    ...read,
  };
  const receivedAt = change.receivedAt ?? change.at;
  return {
    changeId: change.changeId,
    decisionId: newId() as DecisionId,
    deliveryId: newId() as DeliveryId,
    shopperId: change.shopperId,
    storeId: change.storeId,
    visitId: change.visitId,
    zoneId: trigger.zoneId,
    on: trigger.on,
    at: trigger.at,
    timeZone: view.timeZone ?? layout.timeZone,
    storeTimeZone: layout.timeZone,
    facts,
    receivedAt,
    latencyMs: {
      received: receivedAt - (change.observedAt ?? change.at),
      present: Math.max(0, (change.presentAt ?? now) - receivedAt),
      considered: now - receivedAt,
    },
    paces: pacesOf(candidates, layout, facts.local, world.rhythms),
    considered: consider(candidates, facts, world),
  };
}
