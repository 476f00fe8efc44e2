import { fail, ok, type Outcome } from '../../shared/index.js';
import { readAdvertisement, type Advertisement } from './advertisement.rules.js';
import type { Decoded, Decoder, PayloadFault } from './decoder.js';
import {
  addressOf,
  collect,
  hexOf,
  iBeaconIn,
  isRefusal,
  isRow,
  jsonOf,
  MAX_ROWS,
  nothingHeard,
  powerOf,
  radioOf,
  readingOf,
  refusal,
  wrong,
  type Reading,
  type Refusal,
  type Row,
} from './payload.rules.js';

const BLUETOOTH = new Set(['Bluetooth', 'BLE']);
const FIELDS = { address: 'clientMac', rssi: 'rssi', time: 'time' };
const MAC_PREFIX = 'mac:';

/**
 * Cisco Meraki Scanning API 3: what all access points of a network heard in a minute, so times are the records' own
 * and each hearing says by which access point. Documents on Wi-Fi name nobody who carries a beacon. Captured bodies
 * held several documents in a row. The API's version 2 counts levels upwards from -95 dBm and is refused.
 */
export const meraki: Decoder = {
  format: 'meraki',
  decode(payload: Buffer): Outcome<Decoded, PayloadFault> {
    const documents = documentsOf(payload);
    if (!documents.ok) return documents;
    const decoded = nothingHeard();
    let index = 0;
    for (const document of documents.value) {
      const observations = observationsOf(document, decoded);
      if (!observations.ok) return observations;
      for (const observation of observations.value) {
        for (const read of readObservation(observation)) collect(decoded, index, read);
        index += 1;
      }
      if (index > MAX_ROWS) return fail('malformed-payload', `body: more than ${MAX_ROWS} observations`);
    }
    return ok(decoded);
  },
};

/** A quote in a string is escaped, so this pattern can only be the seam of two documents. */
function documentsOf(payload: Buffer): Outcome<readonly unknown[], PayloadFault> {
  const text = payload.toString('utf8');
  const seamless = text.replace(/\}\s*(?=\{\s*"version")/g, '},');
  if (seamless === text) {
    const json = jsonOf(payload);
    return json.ok ? ok([json.value]) : json;
  }
  const json = jsonOf(Buffer.from(`[${seamless.replace('\uFEFF', '')}]`));
  return json.ok ? ok(json.value as unknown[]) : json;
}

/** What is to be read of a document; notes its secret. */
function observationsOf(document: unknown, decoded: Decoded): Outcome<readonly unknown[], PayloadFault> {
  if (!isRow(document)) return fail('malformed-payload', 'body: expected an object');
  const { version, secret, type, data } = document;
  const isThird = version === 3 || (typeof version === 'string' && /^3(\.|$)/.test(version));
  if (!isThird) {
    return fail('malformed-payload', 'version: expected 3.x; choose version 3 of the Scanning API');
  }
  if (typeof secret === 'string') {
    if (decoded.secret !== undefined && decoded.secret !== secret) {
      return fail('malformed-payload', 'secret: the documents of the body have different ones');
    }
    decoded.secret = secret;
  }
  if (typeof type !== 'string') return fail('malformed-payload', 'type: expected Bluetooth or WiFi');
  if (!BLUETOOTH.has(type)) return ok([]);
  const observations = isRow(data) ? data['observations'] : undefined;
  return Array.isArray(observations)
    ? ok(observations as unknown[])
    : fail('malformed-payload', 'data.observations: expected a list');
}

/** One hearing an access point: of each located moment, and the latest. */
function readObservation(observation: unknown): (Reading | Refusal)[] {
  if (!isRow(observation)) return [refusal('wrong-type', 'expected an object')];
  const advertised = advertisementOf(observation);
  const latest = observation['latestRecord'];
  const records = listOf(observation['locations']).filter(isRow).flatMap(recordsOf);
  if (isRow(latest)) {
    const record = { time: latest['time'], apMac: latest['nearestApMac'], rssi: latest['nearestApRssi'] };
    const isRepeated = records.some(({ time, apMac }) => time === record.time && apMac === record.apMac);
    if (!isRepeated) records.push(record);
  }
  if (records.length === 0) return [refusal('required', 'latestRecord: expected an object')];
  return records.map((record) => readRecord(observation, record, advertised));
}

function recordsOf({ time, rssiRecords }: Row): Row[] {
  return listOf(rssiRecords)
    .filter(isRow)
    .map(({ apMac, rssi }) => ({ time, apMac, rssi }));
}

function readRecord({ clientMac }: Row, record: Row, advertised: Advertisement): Reading | Refusal {
  const heardBy = addressOf(record['apMac'])?.slice(MAC_PREFIX.length);
  if (heardBy === undefined) return wrong(record, 'apMac', 'expected 12 hex digits');
  const { time, rssi } = record;
  const radio = radioOf({ clientMac, rssi, time }, FIELDS);
  if (isRefusal(radio)) return radio;
  const reading = readingOf(radio, advertised);
  return { ...reading, heard: { ...reading.heard, heardBy } };
}

/** By the packets; where the document has none of a beacon, by the fields it was read into. */
function advertisementOf({ bleBeacons }: Row): Advertisement {
  const beacons = listOf(bleBeacons).filter(isRow);
  const advertised = readAdvertisement(...beacons.map(({ rawData }) => hexOf(rawData)));
  if (advertised.beaconIds.length > 0) return advertised;
  const told = beacons.flatMap((beacon) => {
    const beaconId = iBeaconIn(beacon, ['uuid', 'major', 'minor']);
    return typeof beaconId === 'string' ? [{ beaconId, power: beacon['txPower'] }] : [];
  });
  return { ...advertised, beaconIds: told.map(({ beaconId }) => beaconId), ...powerOf(told[0]?.power) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
