import type { LiveOffer, LiveSnapshot } from '../offers/index.js';
import type { PresenceChange } from '../presence/index.js';
import {
  localTime,
  type Facts,
  type Instant,
  type ProductId,
  type ShopperView,
  type TriggerKind,
  type ZoneId,
} from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';
import type { World } from './decision.js';

/** The moment that offers may be triggered by. */
export interface Trigger {
  on: TriggerKind;
  at: Instant;
  zoneId?: ZoneId | undefined;
  dwellSeconds?: number | undefined;
  visitSeconds?: number | undefined;
}

/** What a change triggers; undefined for those that only end something, and for a stay that merely goes on. */
export function triggerOf(change: PresenceChange): Trigger | undefined {
  const { at } = change;
  switch (change.kind) {
    case 'visitStarted':
      return { on: 'visitStarted', at, visitSeconds: 0 };
    case 'zoneEntered':
      return change.resumed ? undefined : { on: 'zoneEntered', at, zoneId: change.zoneId, dwellSeconds: 0 };
    case 'zoneDwelled':
      return { on: 'zoneDwelled', at, zoneId: change.zoneId, dwellSeconds: change.dwellSeconds };
    case 'checkedIn':
      return { on: 'checkedIn', at, zoneId: change.zoneId };
    default:
      return undefined;
  }
}

/** The live offers that this moment triggers. */
export function candidatesOf(
  live: LiveSnapshot,
  trigger: Trigger,
  layout: StoreLayout,
): readonly LiveOffer[] {
  const zone = trigger.zoneId === undefined ? undefined : layout.zones.get(trigger.zoneId);
  const { on, at, dwellSeconds } = trigger;
  return live.candidatesFor({ on, at, storeId: layout.storeId, zone, dwellSeconds });
}

/** All that a rule may ask about at that moment, in that store, of that shopper. */
export function factsOf(
  trigger: Trigger,
  layout: StoreLayout,
  { shopper, live, radio }: { shopper: ShopperView } & Pick<World, 'live' | 'radio'>,
): Facts {
  const zone = trigger.zoneId === undefined ? undefined : layout.zones.get(trigger.zoneId);
  return {
    at: trigger.at,
    on: trigger.on,
    local: localTime(trigger.at, layout.timeZone),
    storeId: layout.storeId,
    shopper,
    inStock: (productId) => live.stockOf(layout.storeId, productId as ProductId),
    ...(radio && { radio: () => radio(layout, trigger.zoneId) }),
    ...(zone && { zone: { zoneId: zone.zoneId, kind: zone.kind, categories: zone.categories } }),
    ...(trigger.dwellSeconds !== undefined && { dwellSeconds: trigger.dwellSeconds }),
    ...(trigger.visitSeconds !== undefined && { visitSeconds: trigger.visitSeconds }),
  };
}
