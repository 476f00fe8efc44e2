import type { BeaconId } from '../../shared/index.js';
import { isKnownPower } from '../radio.rules.js';

/** What an advertisement says of its sender. */
export interface Advertisement {
  /** In the order of the packet; empty for a device that is no beacon. */
  beaconIds: BeaconId[];
  /** At one metre, of the first beacon frame that says it. */
  measuredPowerDbm?: number;
  battery?: Battery;
}

/** What a beacon says of its battery. */
export interface Battery {
  batteryMillivolts?: number;
  batteryPercent?: number;
}

const SERVICE_DATA_16 = 0x16;
const MANUFACTURER_DATA = 0xff;
/** The length, one byte, counts the type. */
const MAX_STRUCTURE_BYTES = 254;

/** Eddystone gives the level at 0 m; over the first metre 41 dB are lost (Eddystone specification). */
const EDDYSTONE_FIRST_METRE_DB = 41;

/** What one structure says: whose it is, or how the battery is. */
interface Frame {
  beaconId?: BeaconId;
  powerAtOneMetreDbm?: number;
  battery?: Battery;
}

const SAYS_NOTHING: Frame = {};

/**
 * Walks the structures of an advertisement (length, type, data; Bluetooth Core, vol. 3 part C, 11) and reads the
 * beacon frames among them: iBeacon, AltBeacon, Eddystone UID and EID; and the battery of Eddystone TLM, Kontakt.io
 * and Ruuvi. A scan response is a second packet of the same sender. It stops at a length of nought and at a structure that claims more bytes than there are, and never
 * throws.
 */
export function readAdvertisement(...packets: readonly Uint8Array[]): Advertisement {
  const read: Advertisement = { beaconIds: [] };
  for (const packet of packets) walk(packet, read);
  return read;
}

/** A structure's data with the header that some vendors leave out. */
export function structure(type: 'manufacturer' | 'service', data: Uint8Array): Buffer {
  if (data.length > MAX_STRUCTURE_BYTES) return Buffer.alloc(0);
  const code = type === 'manufacturer' ? MANUFACTURER_DATA : SERVICE_DATA_16;
  return Buffer.concat([Buffer.from([data.length + 1, code]), data]);
}

function walk({ buffer, byteOffset, byteLength }: Uint8Array, read: Advertisement): void {
  if (byteLength === 0) return;
  const packet = Buffer.from(buffer, byteOffset, byteLength);
  let start = 0;
  while (start < packet.length) {
    const length = packet.readUInt8(start);
    const end = start + 1 + length;
    if (length === 0 || end > packet.length) return;
    const type = packet.readUInt8(start + 1);
    // Of the others there is nothing to read, and a view of each costs more than the walk.
    if (type === MANUFACTURER_DATA || type === SERVICE_DATA_16) {
      note(frameOf(type, packet.subarray(start + 2, end)), read);
    }
    start = end;
  }
}

function note({ beaconId, powerAtOneMetreDbm, battery }: Frame, read: Advertisement): void {
  if (beaconId !== undefined) {
    const { beaconIds } = read;
    if (beaconIds.length === 0 && isKnownPower(powerAtOneMetreDbm))
      read.measuredPowerDbm = powerAtOneMetreDbm;
    if (!beaconIds.includes(beaconId)) beaconIds.push(beaconId);
  }
  if (battery !== undefined) read.battery ??= battery;
}

function frameOf(type: number, data: Buffer): Frame {
  const frame =
    type === MANUFACTURER_DATA
      ? (iBeacon(data) ?? altBeacon(data) ?? ruuvi(data))
      : (eddystone(data) ?? kontakt(data));
  return frame ?? SAYS_NOTHING;
}

/** Company 0x004C, type 0x02, 21 bytes: UUID, major, minor, level at 1 m. */
function iBeacon(data: Buffer): Frame | undefined {
  if (data.length < 25 || data.readUInt32BE(0) !== 0x4c00_0215) return undefined;
  const beaconId = iBeaconId(data.toString('hex', 4, 20), data.readUInt16BE(20), data.readUInt16BE(22));
  return { beaconId, powerAtOneMetreDbm: data.readInt8(24) };
}

/** Any company, code 0xBEAC, 20 bytes of id, level at 1 m (AltBeacon specification 1.0). */
function altBeacon(data: Buffer): Frame | undefined {
  if (data.length < 25 || data.readUInt16BE(2) !== 0xbeac) return undefined;
  const beaconId = `altbeacon:${data.toString('hex', 4, 24)}` as BeaconId;
  return { beaconId, powerAtOneMetreDbm: data.readInt8(24) };
}

/**
 * Service 0xFEAA: frame 0x00 is UID (namespace, instance), 0x30 is EID, 0x20 telemetry, which names nobody; nor does
 * the URL.
 */
function eddystone(data: Buffer): Frame | undefined {
  if (data.length < 4 || data.readUInt16LE(0) !== 0xfeaa) return undefined;
  const frame = data.readUInt8(2);
  if (frame === 0x20) return eddystoneTelemetry(data);
  const beaconId = eddystoneId(frame, data);
  return beaconId && { beaconId, powerAtOneMetreDbm: data.readInt8(3) - EDDYSTONE_FIRST_METRE_DB };
}

/** Version 0 is plain: 0 mV says that the beacon has no battery. Version 1 is encrypted. */
function eddystoneTelemetry(data: Buffer): Frame | undefined {
  if (data.length < 16 || data.readUInt8(3) !== 0) return undefined;
  const batteryMillivolts = data.readUInt16BE(4);
  return batteryMillivolts === 0 ? undefined : { battery: { batteryMillivolts } };
}

/** Service 0xFE6A, frame 0x02: model, firmware (2 bytes), battery in percent, of which 255 is none. */
function kontakt(data: Buffer): Frame | undefined {
  if (data.length < 8 || data.readUInt16LE(0) !== 0xfe6a || data.readUInt8(2) !== 0x02) return undefined;
  const batteryPercent = data.readUInt8(6);
  return batteryPercent > 100 ? undefined : { battery: { batteryPercent } };
}

/** Company 0x0499, data format 5: 11 bits of power say mV above 1,600; all ones, that it is not known. */
function ruuvi(data: Buffer): Frame | undefined {
  if (data.length < 26 || data.readUInt16LE(0) !== 0x0499 || data.readUInt8(2) !== 5) return undefined;
  const aboveMillivolts = data.readUInt16BE(15) >>> 5;
  return aboveMillivolts === 0x7ff ? undefined : { battery: { batteryMillivolts: 1_600 + aboveMillivolts } };
}

function eddystoneId(frame: number, data: Buffer): BeaconId | undefined {
  if (frame === 0x00 && data.length >= 20) {
    return `eddystone:${data.toString('hex', 4, 14)}:${data.toString('hex', 14, 20)}` as BeaconId;
  }
  return frame === 0x30 && data.length >= 12 ? (`eid:${data.toString('hex', 4, 12)}` as BeaconId) : undefined;
}

/** @param uuid 32 hex digits in lower case, without dashes */
export function iBeaconId(uuid: string, major: number, minor: number): BeaconId {
  const groups = [
    uuid.slice(0, 8),
    uuid.slice(8, 12),
    uuid.slice(12, 16),
    uuid.slice(16, 20),
    uuid.slice(20),
  ];
  return `ibeacon:${groups.join('-')}:${major}:${minor}` as BeaconId;
}
