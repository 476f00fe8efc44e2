import type { BeaconId, GatewayId, ShopperId, StoreId } from '../shared/index.js';
import { hearingAt, type Heard, type Hearing } from './hearing.js';
import { isKnownPower } from './radio.rules.js';
import type { Reported } from './sightings.dto.js';
import type { Consenting } from './location-consents.js';
import type { Sighting } from './sighting.js';
import { sightingOf, type Clocks, type TimedHearing } from './timing.rules.js';

/** What was refused of a batch, by place. */
interface Refusal {
  index: number;
  code: string;
  detail: string;
}
interface Item {
  index: number;
  value: Reported;
}

/** Hearings by their place in the batch, and what cannot be placed. */
export interface Placed {
  hearings: Hearing[];
  refused: Refusal[];
}

/**
 * A gateway key's sightings, at the gateways of its store. Where the store has one gateway, it need not be named.
 *
 * @param gateways those of the key's store; empty for a store without layout
 */
export function atGateways(
  items: readonly Item[],
  storeId: StoreId,
  gateways: ReadonlyMap<GatewayId, unknown>,
): Placed {
  const [only] = gateways.size === 1 ? gateways.keys() : [];
  const placed: Placed = { hearings: [], refused: [] };
  // One for all that a gateway heard in a row.
  let anchor: { kind: 'gateway'; gatewayId: GatewayId } | undefined;
  for (const { index, value } of items) {
    const gatewayId = value.gatewayId ?? only;
    if (gatewayId === undefined) {
      const detail = 'gatewayId: needed, because the store does not have exactly one gateway';
      placed.refused.push({ index, code: 'required', detail });
    } else if (gateways.has(gatewayId)) {
      if (anchor?.gatewayId !== gatewayId) anchor = { kind: 'gateway', gatewayId };
      placed.hearings.push(hearingOf({ index, value }, storeId, anchor));
    } else {
      const detail = `gatewayId: the store has no gateway ${gatewayId}`;
      placed.refused.push({ index, code: 'unknown-gateway', detail });
    }
  }
  return placed;
}

/** A phone's sightings, at the stores' own beacons; what is no store's beacon is counted in `unknown`. */
export function atBeacons(
  items: readonly Item[],
  storeOf: (beaconId: BeaconId) => StoreId | undefined,
): Placed & { unknown: number } {
  const placed = { hearings: [] as Hearing[], refused: [] as Refusal[], unknown: 0 };
  for (const { index, value } of items) {
    const { beaconId, gatewayId } = value;
    const storeId = storeOf(beaconId);
    if (gatewayId !== undefined) {
      placed.refused.push({ index, code: 'unknown-field', detail: 'gatewayId: a phone has none' });
    } else if (storeId === undefined) placed.unknown += 1;
    else placed.hearings.push(hearingOf({ index, value }, storeId, { kind: 'beacon', beaconId }));
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
  unknown: number;
  noConsent: number;
  duplicate: number;
}

/**
 * @param shopperOf whose a beacon is; the first of a hearing's names that has a shopper counts
 * @param mayBeLocated those with the `location` consent
 * @param isRecent whether the sighting of this id was handed on a short while ago
 */
export function recognise(
  hearings: readonly TimedHearing[],
  shopperOf: (hearing: TimedHearing) => ShopperId | undefined,
  mayBeLocated: Consenting,
  clocks: Clocks,
  isRecent: (sightingId: string) => boolean = () => false,
): Recognised {
  const recognised = { sightings: [] as Sighting[], unknown: 0, noConsent: 0, duplicate: 0 };
  const seen = new Set<string>();
  for (const hearing of hearings) {
    const shopperId = shopperOf(hearing);
    if (shopperId === undefined) recognised.unknown += 1;
    else if (!mayBeLocated.has(shopperId)) recognised.noConsent += 1;
    else {
      const sighting = sightingOf(hearing, shopperId, clocks);
      const { sightingId } = sighting;
      if (seen.size === seen.add(sightingId).size || isRecent(sightingId)) recognised.duplicate += 1;
      else recognised.sightings.push(sighting);
    }
  }
  return recognised;
}

function hearingOf({ index, value }: Item, storeId: StoreId, anchor: Hearing['anchor']): Hearing {
  const { beaconId, rssiDbm, measuredPowerDbm, observedAt, sightingId } = value;
  const hearing: Hearing = { index, storeId, anchor, beaconIds: [beaconId], rssiDbm };
  if (isKnownPower(measuredPowerDbm)) hearing.measuredPowerDbm = measuredPowerDbm;
  if (observedAt !== undefined) hearing.observedAt = observedAt;
  if (sightingId !== undefined) hearing.sightingId = sightingId;
  return hearing;
}
