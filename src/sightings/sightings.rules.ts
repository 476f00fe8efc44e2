import type { BeaconId, GatewayId, ShopperId, StoreId } from '../shared/index.js';
import { hearingAt, type Heard, type Hearing } from './hearing.js';
import { isKnownPower } from './radio.rules.js';
import type { Reported } from './sightings.dto.js';
import { idHash } from './trust/recent-ids.js';
import type { Consenting } from './location-consents.js';
import type { Sighting } from './sighting.js';
import { sightingOf, type Clocks, type TimedHearing } from './timing.rules.js';

/** What was refused of a batch, by place. */
interface Refusal {
  index: number;
  code: string;
  detail: string;
}

/** Hearings by their place in the batch, and what cannot be placed. */
export interface Placed {
  hearings: Hearing[];
  refused: Refusal[];
}

/**
 * A gateway key's sightings, at the gateways of its store, and which gateways report. Where the store has one gateway, it
 * need not be named, and it reports also by saying that it heard nothing.
 *
 * @param gateways those of the key's store; empty for a store without layout
 */
export function atGateways(
  items: readonly Reported[],
  storeId: StoreId,
  gateways: ReadonlyMap<GatewayId, unknown>,
): Placed & { gatewayIds: Set<GatewayId> } {
  const [only] = gateways.size === 1 ? gateways.keys() : [];
  const gatewayIds = new Set(only === undefined || items.length > 0 ? [] : [only]);
  const placed = { hearings: [] as Hearing[], refused: [] as Refusal[], gatewayIds };
  // One for all that a gateway heard in a row.
  let anchor: { kind: 'gateway'; gatewayId: GatewayId } | undefined;
  for (const item of items) {
    const { index } = item;
    const gatewayId = item.gatewayId ?? only;
    if (gatewayId === undefined) {
      const detail = 'gatewayId: needed, because the store does not have exactly one gateway';
      placed.refused.push({ index, code: 'required', detail });
    } else if (gateways.has(gatewayId)) {
      if (anchor?.gatewayId !== gatewayId) {
        anchor = { kind: 'gateway', gatewayId };
        gatewayIds.add(gatewayId);
      }
      placed.hearings.push(hearingOf(item, storeId, anchor));
    } else {
      const detail = `gatewayId: the store has no gateway ${gatewayId}`;
      placed.refused.push({ index, code: 'unknown-gateway', detail });
    }
  }
  return placed;
}

/** A phone's sightings, at the stores' own beacons; what is no store's beacon is counted in `unknown`. */
export function atBeacons(
  items: readonly Reported[],
  storeOf: (beaconId: BeaconId) => StoreId | undefined,
): Placed & { unknown: number } {
  const placed = { hearings: [] as Hearing[], refused: [] as Refusal[], unknown: 0 };
  for (const item of items) {
    const { index, beaconId, gatewayId } = item;
    const storeId = storeOf(beaconId);
    if (gatewayId !== undefined) {
      placed.refused.push({ index, code: 'unknown-field', detail: 'gatewayId: a phone has none' });
    } else if (storeId === undefined) placed.unknown += 1;
    else placed.hearings.push(hearingOf(item, storeId, { kind: 'beacon', beaconId }));
  }
  return placed;
}

/** What a phone ranged, at the store's beacon that the first of its names tells; others are counted in `unknown`. */
export function rangedAtBeacons(
  heard: readonly Heard[],
  storeOf: (beaconId: BeaconId) => StoreId | undefined,
): Placed & { unknown: number } {
  const placed = { hearings: [] as Hearing[], refused: [] as Refusal[], unknown: 0 };
  for (const each of heard) {
    const beaconId = each.beaconIds.find((name) => storeOf(name) !== undefined);
    const storeId = beaconId === undefined ? undefined : storeOf(beaconId);
    if (beaconId === undefined || storeId === undefined) placed.unknown += 1;
    else placed.hearings.push(hearingAt(each, storeId, { kind: 'beacon', beaconId }));
  }
  return placed;
}

/** Hearings whose shopper is known and may be located, as sightings, each once. */
export interface Recognised {
  sightings: Sighting[];
  /** Of the ids of `sightings`. */
  hashes: number[];
  unknown: number;
  noConsent: number;
  duplicate: number;
}

/**
 * @param shopperOf whose a beacon is; the first of a hearing's names that has a shopper counts
 * @param mayBeLocated those with the `location` consent
 * @param isRecent whether the sighting whose id has this hash was handed on a short while ago
 */
export function recognise(
  hearings: readonly TimedHearing[],
  shopperOf: (hearing: TimedHearing) => ShopperId | undefined,
  mayBeLocated: Consenting,
  clocks: Clocks,
  isRecent: (hash: number) => boolean = () => false,
): Recognised {
  const recognised: Recognised = { sightings: [], hashes: [], unknown: 0, noConsent: 0, duplicate: 0 };
  // Of hashes, as `RecentIds`: a set of a thousand long texts takes longer than all the rest.
  const seen = new Set<number>();
  for (const hearing of hearings) {
    const shopperId = shopperOf(hearing);
    if (shopperId === undefined) recognised.unknown += 1;
    else if (!mayBeLocated.has(shopperId)) recognised.noConsent += 1;
    else {
      const sighting = sightingOf(hearing, shopperId, clocks);
      const hash = idHash(sighting.sightingId);
      if (seen.size === seen.add(hash).size || isRecent(hash)) recognised.duplicate += 1;
      else {
        recognised.sightings.push(sighting);
        recognised.hashes.push(hash);
      }
    }
  }
  return recognised;
}

function hearingOf(item: Reported, storeId: StoreId, anchor: Hearing['anchor']): Hearing {
  const { index, beaconId, rssiDbm, measuredPowerDbm, observedAt, sightingId } = item;
  const hearing: Hearing = { index, storeId, anchor, beaconIds: [beaconId], rssiDbm };
  if (isKnownPower(measuredPowerDbm)) hearing.measuredPowerDbm = measuredPowerDbm;
  if (observedAt !== undefined) hearing.observedAt = observedAt;
  if (sightingId !== undefined) hearing.sightingId = sightingId;
  return hearing;
}
