import { createHmac } from 'node:crypto';
import { toRfc3339, type BeaconId, type GatewayId, type Instant, type StoreId } from '../../shared/index.js';

/** What a recording is known by outside, and how it stands. */
export interface RecordingSummary {
  recordingId: string;
  storeId: StoreId;
  state: 'running' | 'ended' | 'full';
  startedAt: string;
  endsAt: string;
  sightings: number;
  checkins: number;
  /** Heard but not kept: too many at once, or the database did not take them. */
  dropped: number;
}

/** A row of `recordings`, without the store's document. */
export interface RecordingRow {
  recordingId: string;
  storeId: StoreId;
  startedAt: Instant;
  endsAt: Instant;
  endedAt: Instant | null;
  endedAs: 'ended' | 'full' | null;
  sightings: number;
  checkins: number;
  dropped: number;
}

/** A recording that is over by the clock is ended, whether or not anybody has noted it. */
export function summaryOf(row: RecordingRow, now: Instant): RecordingSummary {
  const { recordingId, storeId, sightings, checkins, dropped } = row;
  const state = row.endedAs ?? (now < row.endsAt ? 'running' : 'ended');
  return {
    recordingId,
    storeId,
    state,
    startedAt: toRfc3339(row.startedAt),
    endsAt: toRfc3339(row.endedAt ?? row.endsAt),
    sightings,
    checkins,
    dropped,
  };
}

/**
 * Gives shoppers the names they have in one recording: HMAC-SHA-256 (RFC 2104) of the id under the recording's key,
 * of which 48 bits make the number. Among 100,000 shoppers two share one with a chance of 1 in 56,000. Without the key
 * nobody can find the shopper of a name, and another recording has another key.
 */
export class Pseudonyms {
  readonly #names = new Map<string, string>();

  constructor(private readonly key: Buffer) {}

  of(shopperId: string): string {
    const known = this.#names.get(shopperId);
    if (known !== undefined) return known;
    const number = createHmac('sha256', this.key).update(shopperId).digest().readUIntBE(0, 6);
    const name = `walker-${number}`;
    this.#names.set(shopperId, name);
    return name;
  }
}

/** The radios and zones that a trace may name: those of its first line. */
export interface RecordedPlaces {
  gateways: readonly { gatewayId: GatewayId }[];
  beacons: readonly { beaconId: BeaconId }[];
  zones: readonly { zoneId: string }[];
}

/** The names in one set, told apart by their kind. */
export function placesIn({ gateways, beacons, zones }: RecordedPlaces): ReadonlySet<string> {
  return new Set([
    ...gateways.map(({ gatewayId }) => `gateway ${gatewayId}`),
    ...beacons.map(({ beaconId }) => `beacon ${beaconId}`),
    ...zones.map(({ zoneId }) => `zone ${zoneId}`),
  ]);
}
