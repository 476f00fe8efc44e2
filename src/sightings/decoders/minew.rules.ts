import { fail, ok, type Outcome } from '../../shared/index.js';
import { readAdvertisement, type Advertisement } from './advertisement.rules.js';
import type { Decoded, Decoder, PayloadFault } from './decoder.js';
import { isMinewBinary, readMinewBinary } from './minew-binary.rules.js';
import {
  batteryPercentOf,
  hexOf,
  iBeaconIn,
  isRefusal,
  isRow,
  jsonOf,
  powerOf,
  radioOf,
  readingOf,
  readRows,
  type Reading,
  type Refusal,
  type Row,
} from './payload.rules.js';

const FIELDS = { address: 'mac', rssi: 'rssi', time: 'timestamp' };

/**
 * Minew G1, G2, MG3, MG4 in JSON-LONG: a list of rows, the first of them the gateway itself. Old firmware leaves
 * that row out. Its time is that of the window's start, and rows were seen 56 s ahead of it, so only the rows' own
 * times count. JSON-RAW is the same with another first row and no packets. What a row has beside the fields read
 * here is the vendor's business. BINARY-LONG is told by its bytes: firmware before 4 sends it as JSON.
 */
export const minew: Decoder = {
  format: 'minew',
  decode(payload: Buffer): Outcome<Decoded, PayloadFault> {
    if (isMinewBinary(payload)) return readMinewBinary(payload);
    const json = jsonOf(payload);
    if (!json.ok) return json;
    const rows: unknown = json.value;
    if (!Array.isArray(rows)) {
      return fail('malformed-payload', 'body: expected a list of rows, as JSON-LONG has them');
    }
    const gatewayHardwareId = senderIn(rows as unknown[]);
    const read = readRows(rows as unknown[], readRow);
    return read.ok && gatewayHardwareId !== undefined ? ok({ gatewayHardwareId, ...read.value }) : read;
  },
};

function senderIn(rows: readonly unknown[]): string | undefined {
  for (const row of rows) {
    const id = gatewayOf(row);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** JSON-LONG names itself in `mac`, JSON-RAW in `gateway`. */
function gatewayOf(row: unknown): string | undefined {
  if (!isRow(row)) return undefined;
  const id = row['type'] === 'Gateway' ? row['mac'] : row['gateway'];
  return typeof id === 'string' ? id : undefined;
}

function readRow(row: unknown): Reading | Refusal | undefined {
  if (isRow(row) && (row['type'] === 'Gateway' || row['gateway'] !== undefined)) return undefined;
  const radio = radioOf(row, FIELDS);
  if (isRefusal(radio) || !isRow(row)) return radio as Refusal;
  const advertised = advertisementOf(row);
  return isRefusal(advertised) ? advertised : readingOf(radio, advertised);
}

/** Sensors (`S1`) and unknown devices by their packet where the row has it, else only the address names them. */
function advertisementOf(row: Row): Advertisement | Refusal {
  const { battery } = batteryPercentOf(row['battery']);
  if (row['type'] !== 'iBeacon' || row['ibeaconUuid'] === undefined) {
    const advertised = readAdvertisement(hexOf(row['rawData']));
    // Not a copy with it: spreads took half of the time of a row.
    if (battery !== undefined) advertised.battery = battery;
    return advertised;
  }
  const beaconId = iBeaconIn(row, ['ibeaconUuid', 'ibeaconMajor', 'ibeaconMinor']);
  if (typeof beaconId === 'object') return beaconId;
  return { beaconIds: [beaconId], ...powerOf(row['ibeaconTxPower']), ...(battery && { battery }) };
}
