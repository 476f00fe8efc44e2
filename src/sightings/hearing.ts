import type { BeaconId, GatewayId, Instant, StoreId } from '../shared/index.js';

/** What a payload says of one hearing, before anything is known about whose beacon it is. */
export interface Heard {
  /** Its place in the payload, by which a refusal names it. */
  index: number;
  /** All names of the one beacon: the advertised ids first, its address (`mac:`) last. */
  beaconIds: readonly BeaconId[];
  rssiDbm: number;
  /** At one metre; absent where the beacon does not say, or says nonsense. */
  measuredPowerDbm?: number;
  /** By the sender's own clock; absent: at receipt. */
  observedAt?: Instant;
  /** The address of the device that heard it, where one payload tells of several (Meraki); absent: the sender. */
  heardBy?: string;
  /** As the sender gave it; unique only to that sender. */
  sightingId?: string;
}

/** A hearing whose fixed end is known. */
export interface Hearing extends Heard {
  storeId: StoreId;
  anchor: { kind: 'gateway'; gatewayId: GatewayId } | { kind: 'beacon'; beaconId: BeaconId };
}

/** The hearing at its fixed end. Part by part: a spread costs as much as all the checks, and thousands come in a second. */
export function hearingAt(heard: Heard, storeId: StoreId, anchor: Hearing['anchor']): Hearing {
  const { index, beaconIds, rssiDbm } = heard;
  const hearing: Hearing = { index, storeId, anchor, beaconIds, rssiDbm };
  if (heard.measuredPowerDbm !== undefined) hearing.measuredPowerDbm = heard.measuredPowerDbm;
  if (heard.observedAt !== undefined) hearing.observedAt = heard.observedAt;
  if (heard.heardBy !== undefined) hearing.heardBy = heard.heardBy;
  if (heard.sightingId !== undefined) hearing.sightingId = heard.sightingId;
  return hearing;
}
