import type { Instant, StoreId, TriggerKind, ZoneId, ZoneKind } from '../shared/index.js';
import type { OfferDocument } from './offer.schema.js';

/** What happened, as far as triggers look at it. */
export interface TriggerMoment {
  on: TriggerKind;
  at: Instant;
  storeId: StoreId;
  zone?: { zoneId: ZoneId; kind: ZoneKind; categories: readonly string[] } | undefined;
  /** Of a dwell: the threshold that was passed. Presence tells each threshold once. */
  dwellSeconds?: number | undefined;
}

export type TriggerTest = (moment: TriggerMoment) => boolean;

/**
 * Whether a moment triggers an offer, all but its schedule. An empty list restricts nothing; where zones are named,
 * by id, kind or category, a moment without a zone triggers nothing.
 */
export function triggerTest({ trigger }: Pick<OfferDocument, 'trigger'>): TriggerTest {
  const on = new Set<string>(trigger.on);
  const storeIds = new Set<string>(trigger.storeIds);
  const zoneIds = new Set<string>(trigger.zoneIds);
  const zoneKinds = new Set<string>(trigger.zoneKinds);
  const categories = new Set(trigger.categories);
  const namesZones = zoneIds.size + zoneKinds.size + categories.size > 0;
  const inZone = (zone: TriggerMoment['zone']): boolean =>
    zone !== undefined &&
    (zoneIds.size === 0 || zoneIds.has(zone.zoneId)) &&
    (zoneKinds.size === 0 || zoneKinds.has(zone.kind)) &&
    (categories.size === 0 || zone.categories.some((category) => categories.has(category)));
  return (moment) =>
    on.has(moment.on) &&
    (storeIds.size === 0 || storeIds.has(moment.storeId)) &&
    (moment.on !== 'zoneDwelled' || moment.dwellSeconds === trigger.dwellSeconds) &&
    (!namesZones || inZone(moment.zone));
}
