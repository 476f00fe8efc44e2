import type { Rejection } from '../../platform/index.js';
import type { BeaconId, GatewayFormat, Instant, Outcome } from '../../shared/index.js';
import type { Heard } from '../hearing.js';
import type { Battery } from './advertisement.rules.js';

/** The vendors' formats by the contract's names; `decoders/index.ts` knows which of them can be read. */
export type Format = GatewayFormat;

/** What is known of a payload beside its bytes. */
export interface PayloadContext {
  receivedAt: Instant;
  /** The MQTT topic, for formats that need it. */
  topic?: string;
}

/** What a beacon says of itself, for the store's health page. */
export interface BeaconTelemetry extends Battery {
  /** All names of the beacon, as in `Heard`. */
  beaconIds: readonly BeaconId[];
}

/** A payload in our words. */
export interface Decoded {
  /** The gateway's own address, where the payload has one. */
  gatewayHardwareId?: string;
  /** The gateway's clock when it sent, where the payload says so. */
  sentAt?: Instant;
  /** The secret the body carries to prove its sender (Meraki), for another layer to compare; never logged. */
  secret?: string;
  heard: Heard[];
  /** Rows that cannot be read, by their place. */
  refused: Rejection[];
  telemetry?: BeaconTelemetry[];
}

export type PayloadFault = 'malformed-json' | 'malformed-payload';

/** One format. Pure; never throws, whatever the bytes. */
export interface Decoder<Name extends string = Format> {
  readonly format: Name;
  decode(payload: Buffer, context: PayloadContext): Outcome<Decoded, PayloadFault>;
}
