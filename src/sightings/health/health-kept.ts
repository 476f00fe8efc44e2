import type { BeaconId, GatewayId, Instant } from '../../shared/index.js';

/** Under this name stand refusals that no gateway of the store can be made answerable for. */
export const NO_GATEWAY = '?';

/**
 * A beacon as a gateway heard it, as it lies in Redis. `carriedAs` is the name by which a shopper carries it, so that
 * whoever reads it can ask again whether it may be shown.
 */
export type KeptHearing = readonly [
  beaconId: BeaconId,
  gatewayId: GatewayId,
  rssiDbm: number,
  at: Instant,
  kind: 'store' | 'other',
  carriedAs?: BeaconId,
];

/** A row of a payload that could not be read. */
export type KeptRefusal = readonly [index: number, code: string, detail: string];

/** The last payload of a gateway, as it lies in Redis. */
export interface KeptPayload {
  at: Instant;
  format: string;
  bytes?: number;
  heard: number;
  late: number;
  refused: number;
  rows: readonly KeptHearing[];
  refusals: readonly KeptRefusal[];
  /** Of a payload that was refused as a whole: why, and what it looks like. */
  fault?: { code: string; detail: string; shape?: string };
}

/** When and where a fixed beacon was last heard; `by` is absent for a phone. */
export interface KeptBeacon {
  at: Instant;
  rssiDbm: number;
  by?: GatewayId;
}

export interface KeptBattery {
  at: Instant;
  millivolts?: number;
  percent?: number;
}

/** Why something was refused, the last time. */
export interface KeptReason {
  at: Instant;
  detail: string;
}

/** What one process has noted of a store in a round, to be joined with what the others have. */
export interface HealthUpdate {
  /** When each gateway last sent something that could be taken. */
  seen: Map<GatewayId, Instant>;
  /** By `<gateway>|<what>`; `what` is a refusal's code, or `+accepted`. */
  counts: Map<string, number>;
  /** By the same names. */
  reasons: Map<string, KeptReason>;
  payloads: Map<string, KeptPayload>;
  beacons: Map<BeaconId, KeptBeacon>;
  batteries: Map<BeaconId, KeptBattery>;
  /** All that this process has heard in the last minute, newest last. */
  heard: KeptHearing[];
}
