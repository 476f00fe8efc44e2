import type { BeaconId } from '../../shared/index.js';
import { knownPower } from '../radio.rules.js';

/** What an advertisement says of its sender. */
export interface Advertisement {
  /** In the order of the packet; empty for a device that is no beacon. */
  beaconIds: BeaconId[];
  /** At one metre, of the first beacon frame that says it. */
  measuredPowerDbm?: number;
}

const SERVICE_DATA_16 = 0x16;
const MANUFACTURER_DATA = 0xff;

/** Eddystone gives the level at 0 m; over the first metre 41 dB are lost (Eddystone specification). */
const EDDYSTONE_FIRST_METRE_DB = 41;

interface BeaconFrame {
  beaconId: BeaconId;
  powerAtOneMetreDbm: number;
}

/**
 * Walks the structures of an advertisement (length, type, data; Bluetooth Core, vol. 3 part C, 11) and reads the
 * beacon frames among them: iBeacon, AltBeacon, Eddystone UID and EID. It stops at a length of nought and at a
 * structure that claims more bytes than there are, and never throws.
 */
export function readAdvertisement(bytes: Uint8Array): Advertisement {
  const frames: BeaconFrame[] = [];
  for (const [type, data] of structuresOf(bytes)) {
    const frame = frameOf(type, data);
    if (frame !== undefined) frames.push(frame);
  }
  return {
    beaconIds: [...new Set(frames.map(({ beaconId }) => beaconId))],
    ...knownPower(frames[0]?.powerAtOneMetreDbm),
  };
}

function* structuresOf(bytes: Uint8Array): Generator<[type: number, data: Buffer]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  while (start < buffer.length) {
    const length = buffer.readUInt8(start);
    const end = start + 1 + length;
    if (length === 0 || end > buffer.length) return;
    yield [buffer.readUInt8(start + 1), buffer.subarray(start + 2, end)];
    start = end;
  }
}

function frameOf(type: number, data: Buffer): BeaconFrame | undefined {
  if (type === MANUFACTURER_DATA) return iBeacon(data) ?? altBeacon(data);
  if (type === SERVICE_DATA_16) return eddystone(data);
  return undefined;
}

/** Company 0x004C, type 0x02, 21 bytes: UUID, major, minor, level at 1 m. */
function iBeacon(data: Buffer): BeaconFrame | undefined {
  if (data.length < 25 || data.readUInt32BE(0) !== 0x4c00_0215) return undefined;
  const beaconId = iBeaconId(data.toString('hex', 4, 20), data.readUInt16BE(20), data.readUInt16BE(22));
  return { beaconId, powerAtOneMetreDbm: data.readInt8(24) };
}

/** Any company, code 0xBEAC, 20 bytes of id, level at 1 m (AltBeacon specification 1.0). */
function altBeacon(data: Buffer): BeaconFrame | undefined {
  if (data.length < 25 || data.readUInt16BE(2) !== 0xbeac) return undefined;
  const beaconId = `altbeacon:${data.toString('hex', 4, 24)}` as BeaconId;
  return { beaconId, powerAtOneMetreDbm: data.readInt8(24) };
}

/** Service 0xFEAA: frame 0x00 is UID (namespace, instance), 0x30 is EID. URL and telemetry name nobody. */
function eddystone(data: Buffer): BeaconFrame | undefined {
  if (data.length < 4 || data.readUInt16LE(0) !== 0xfeaa) return undefined;
  const beaconId = eddystoneId(data.readUInt8(2), data);
  return beaconId && { beaconId, powerAtOneMetreDbm: data.readInt8(3) - EDDYSTONE_FIRST_METRE_DB };
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
