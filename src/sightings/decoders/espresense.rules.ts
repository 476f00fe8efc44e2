import { fail, ok, type BeaconId, type Outcome } from '../../shared/index.js';
import { iBeaconId, type Battery } from './advertisement.rules.js';
import type { Decoded, Decoder, PayloadContext, PayloadFault } from './decoder.js';
import {
  addressOf,
  batteryPercentOf,
  isRow,
  isUint16,
  jsonOf,
  levelIn,
  nothingHeard,
  powerOf,
  readingOf,
  readRows,
  refusal,
  type Reading,
  type Refusal,
  type Row,
} from './payload.rules.js';

const DEVICE = /(?:^|\/)devices\/([^/]+)\/[^/]+$/;
const DEVICE_OF_NO_ROOM = /(?:^|\/)devices\/[^/]*$/;
const NUMBERED = /^(iBeacon|altBeacon):([0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})-(\d{1,5})-(\d{1,5})$/i;
const EDDYSTONE = /^eddy:([0-9a-f]{20,22})-([0-9a-f]{12})$/i;
/** Where the firmware prints the fifth byte of a namespace once more (src/BleFingerprint.cpp), as hex digits. */
const REPEATED = { from: 10, to: 12 };

/**
 * ESPresense: a device and room a topic, `espresense/devices/<id>/<room>`. Ids of beacons are read; devices that are
 * known by a key or a guess (`irk:`, `known:`, `apple:` and others) by their address alone. Topics of rooms and of
 * reports below a room are no sightings. No clock: stamped at receipt.
 */
export const espresense: Decoder = {
  format: 'espresense',
  decode(payload: Buffer, { topic }: PayloadContext): Outcome<Decoded, PayloadFault> {
    const topicId = topic === undefined ? undefined : DEVICE.exec(topic)?.[1];
    if (topic !== undefined && topicId === undefined) {
      return DEVICE_OF_NO_ROOM.test(topic)
        ? fail('malformed-payload', 'topic: expected …/devices/<id>/<room>')
        : ok(nothingHeard());
    }
    const json = jsonOf(payload);
    if (!json.ok) return json;
    const body = json.value;
    if (!isRow(body)) return fail('malformed-payload', 'body: expected an object');
    return readRows([body], (row) => readDevice(row, [row['id'], topicId]));
  },
};

function readDevice(row: Row, names: readonly unknown[]): Reading | Refusal {
  const rssiDbm = levelIn(row, 'rssi');
  if (typeof rssiDbm !== 'number') return rssiDbm;
  const beaconId = names.map(beaconIdOf).find((id) => id !== undefined);
  const mac = [row['mac'], ...names].map(macOf).find((address) => address !== undefined);
  if (beaconId === undefined && mac === undefined) {
    return refusal('required', 'id: names no beacon, and there is no mac');
  }
  // What it says of other devices is reckoned from its own settings.
  const power = beaconId === undefined ? {} : powerOf(row['rssi@1m']);
  const beaconIds = beaconId === undefined ? [] : [beaconId];
  return readingOf(
    { rssiDbm, ...(mac === undefined ? {} : { mac }) },
    { beaconIds, ...power, ...batteryOf(row) },
  );
}

function beaconIdOf(name: unknown): BeaconId | undefined {
  if (typeof name !== 'string') return undefined;
  const [, kind, uuid = '', majorText, minorText] = NUMBERED.exec(name) ?? [];
  const [major, minor] = [Number(majorText), Number(minorText)];
  if (kind !== undefined && isUint16(major) && isUint16(minor)) {
    const hex = uuid.replaceAll('-', '').toLowerCase();
    return kind.toLowerCase() === 'ibeacon' ? iBeaconId(hex, major, minor) : altBeaconId(hex, major, minor);
  }
  const [, namespace, instance] = EDDYSTONE.exec(name.toLowerCase()) ?? [];
  if (namespace === undefined || instance === undefined) return undefined;
  const plain = withoutRepetition(namespace);
  return plain === undefined ? undefined : (`eddystone:${plain}:${instance}` as BeaconId);
}

/** @returns undefined for a namespace of another length that does not repeat that byte */
function withoutRepetition(namespace: string): string | undefined {
  if (namespace.length === 20) return namespace;
  const { from, to } = REPEATED;
  const repeats = namespace.length === 22 && namespace.slice(from - 2, from) === namespace.slice(from, to);
  return repeats ? namespace.slice(0, from) + namespace.slice(to) : undefined;
}

function altBeaconId(uuid: string, major: number, minor: number): BeaconId {
  const [id2, id3] = [major, minor].map((part) => part.toString(16).padStart(4, '0'));
  return `altbeacon:${uuid}${id2}${id3}` as BeaconId;
}

function macOf(name: unknown): BeaconId | undefined {
  return typeof name === 'string' ? addressOf(name.replace(/^known:/, '')) : undefined;
}

function batteryOf({ mV, batt }: Row): { battery?: Battery } {
  const percent = batteryPercentOf(batt).battery;
  if (typeof mV !== 'number' || mV <= 0) return percent === undefined ? {} : { battery: percent };
  return { battery: { batteryMillivolts: mV, ...percent } };
}
