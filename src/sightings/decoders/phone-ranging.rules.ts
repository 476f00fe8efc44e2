import { fail, ok, type BeaconId, type Outcome } from '../../shared/index.js';
import type { Decoded, Decoder, PayloadFault } from './decoder.js';
import {
  addressOf,
  iBeaconIn,
  isRefusal,
  isRow,
  jsonOf,
  levelIn,
  nothingHeard,
  numberOf,
  powerOf,
  readingOf,
  readRows,
  refusal,
  timeIn,
  type Reading,
  type Refusal,
  type Row,
} from './payload.rules.js';

/** The type code of AltBeacon in the Android library; iBeacon's is 0x0215. */
const ALT_BEACON_TYPE = 0xbeac;
const HEX_ID = /^0x([0-9a-f]+)$/i;

/**
 * What a phone's ranging callback gives: iOS and Cordova (`didRangeBeaconsInRegion`: uuid, major, minor), the Android
 * Beacon Library (id1, id2, id3), Flutter's plugins (proximityUUID, macAddress); a bare list of them, or one alone. A
 * beacon that has gone stays in the list for seconds with a level of 0 or an accuracy below 0: refused by item, with the
 * others kept. Monitoring (enter, exit) hears no level and is no sighting.
 */
export const phoneRanging: Decoder<'phone-ranging'> = {
  format: 'phone-ranging',
  decode(payload: Buffer): Outcome<Decoded, PayloadFault> {
    const json = jsonOf(payload);
    if (!json.ok) return json;
    const body = json.value;
    const beacons: unknown = isRow(body) ? beaconsIn(body) : body;
    if (Array.isArray(beacons)) return readRows(beacons as unknown[], readBeacon);
    const isMonitoring = isRow(body) && beacons === undefined && typeof body['eventType'] === 'string';
    return isMonitoring ? ok(nothingHeard()) : fail('malformed-payload', 'beacons: expected a list');
  },
};

/** Some plugins call once a beacon. */
function beaconsIn(body: Row): unknown {
  return body['rssi'] === undefined ? body['beacons'] : [body];
}

function readBeacon(row: unknown): Reading | Refusal {
  if (!isRow(row)) return refusal('wrong-type', 'expected an object');
  const beaconId = row['id1'] === undefined ? iBeaconOf(row) : androidId(row);
  if (typeof beaconId === 'object') return beaconId;
  const rssiDbm = levelIn(row, 'rssi');
  if (typeof rssiDbm !== 'number') return rssiDbm;
  const accuracy = numberOf(row['accuracy']);
  if (typeof accuracy === 'number' && accuracy < 0)
    return refusal('rssi-unknown', 'accuracy: below 0 means that the beacon is not heard now');
  const time = timeIn(row, 'timestamp');
  if (isRefusal(time)) return time;
  const mac = addressOf(row['bluetoothAddress'] ?? row['macAddress']);
  const radio = { rssiDbm, ...time, ...(mac === undefined ? {} : { mac }) };
  return readingOf(radio, { beaconIds: [beaconId], ...powerOf(row['txPower'] ?? row['tx']) });
}

function iBeaconOf(row: Row): BeaconId | Refusal {
  return iBeaconIn(row, [row['proximityUUID'] === undefined ? 'uuid' : 'proximityUUID', 'major', 'minor']);
}

/** The library writes UUIDs with dashes, numbers as text, and ids of other lengths (Eddystone) as `0x…`. */
function androidId(row: Row): BeaconId | Refusal {
  const [namespace, instance] = [hexId(row['id1']), hexId(row['id2'])];
  if (namespace?.length === 20 && instance?.length === 12) {
    return `eddystone:${namespace}:${instance}` as BeaconId;
  }
  const beaconId = iBeaconIn(row, ['id1', 'id2', 'id3']);
  if (typeof beaconId === 'object' || row['beaconTypeCode'] !== ALT_BEACON_TYPE) return beaconId;
  const [, uuid = '', major, minor] = beaconId.split(':');
  const parts = [major, minor].map((part) => Number(part).toString(16).padStart(4, '0'));
  return `altbeacon:${uuid.replaceAll('-', '')}${parts.join('')}` as BeaconId;
}

function hexId(value: unknown): string | undefined {
  return typeof value === 'string' ? HEX_ID.exec(value)?.[1]?.toLowerCase() : undefined;
}
