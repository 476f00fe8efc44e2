import type { Rejection } from '../../platform/index.js';
import { fail, ok, type BeaconId, type Outcome } from '../../shared/index.js';
import type { Heard } from '../hearing.js';
import { knownPower, rssiFault } from '../radio.rules.js';
import { iBeaconId, readAdvertisement, type Advertisement } from './advertisement.rules.js';
import type { Decoded, Decoder, PayloadFault } from './decoder.js';
import { addressOf, isRow, jsonOf, timeOf, type Row } from './payload.rules.js';

/** More than a gateway can hear between two posts; 1 MiB holds some 6,000 full rows. */
const MAX_ROWS = 10_000;
const MAX_UINT16 = 0xffff;

type Refusal = Omit<Rejection, 'index'>;

/**
 * Minew G1, G2, MG3, MG4 in JSON-LONG: a list of rows, the first of them the gateway itself. Old firmware leaves
 * that row out. Its time is that of the window's start, and rows were seen 56 s ahead of it, so only the rows' own
 * times count. What a row has beside the fields read here is the vendor's business.
 */
export const minew: Decoder = {
  format: 'minew',
  decode(payload: Buffer): Outcome<Decoded, PayloadFault> {
    const json = jsonOf(payload);
    if (!json.ok) return json;
    const rows = json.value;
    if (!Array.isArray(rows)) {
      return fail('malformed-payload', 'body: expected a list of rows, as JSON-LONG has them');
    }
    if (rows.length > MAX_ROWS) {
      return fail('malformed-payload', `body: ${rows.length} rows; at most ${MAX_ROWS} are taken at once`);
    }
    return ok(decodeRows(rows));
  },
};

function decodeRows(rows: readonly unknown[]): Decoded {
  const decoded: Decoded = { heard: [], refused: [] };
  rows.forEach((row, index) => {
    if (isRow(row) && row['type'] === 'Gateway') {
      if (typeof row['mac'] === 'string') decoded.gatewayHardwareId ??= row['mac'];
      return;
    }
    const read = isRow(row) ? heardOf(row) : refusal('wrong-type', 'expected an object');
    if ('code' in read) decoded.refused.push({ index, ...read });
    else decoded.heard.push({ index, ...read });
  });
  return decoded;
}

function heardOf(row: Row): Omit<Heard, 'index'> | Refusal {
  const mac = addressOf(row['mac']);
  if (mac === undefined) return wrong(row, 'mac', 'expected 12 hex digits');
  const rssiDbm = row['rssi'];
  if (typeof rssiDbm !== 'number') return wrong(row, 'rssi', 'expected a number', 'wrong-type');
  const fault = rssiFault(rssiDbm);
  if (fault !== undefined) return refusal(fault.code, `rssi: ${fault.detail}`);
  const observedAt = timeOf(row['timestamp']);
  if (observedAt === undefined && row['timestamp'] !== undefined) {
    return wrong(row, 'timestamp', 'expected ISO 8601 with its zone, or Unix seconds or milliseconds');
  }
  const advertised = row['type'] === 'iBeacon' ? iBeaconOf(row) : advertisementOf(row);
  if ('code' in advertised) return advertised;
  return {
    beaconIds: [...advertised.beaconIds, mac],
    rssiDbm,
    ...knownPower(advertised.measuredPowerDbm),
    ...(observedAt === undefined ? {} : { observedAt }),
  };
}

function iBeaconOf(row: Row): Advertisement | Refusal {
  const uuid = row['ibeaconUuid'];
  const hex = typeof uuid === 'string' ? uuid.replaceAll('-', '').toLowerCase() : '';
  if (!/^[0-9a-f]{32}$/.test(hex)) return wrong(row, 'ibeaconUuid', 'expected 32 hex digits');
  const major = row['ibeaconMajor'];
  if (!isUint16(major)) return wrong(row, 'ibeaconMajor', 'expected a whole number of 0 to 65535');
  const minor = row['ibeaconMinor'];
  if (!isUint16(minor)) return wrong(row, 'ibeaconMinor', 'expected a whole number of 0 to 65535');
  const power = row['ibeaconTxPower'];
  return {
    beaconIds: [iBeaconId(hex, major, minor)],
    ...(typeof power === 'number' && power >= -127 ? knownPower(power) : {}),
  };
}

/** Sensors (`S1`) and unknown devices: their packet where the row has it, else only the address names them. */
function advertisementOf(row: Row): { beaconIds: BeaconId[]; measuredPowerDbm?: number } {
  const raw = row['rawData'];
  // What is no hex ends the packet: Buffer reads up to there.
  return typeof raw === 'string' ? readAdvertisement(Buffer.from(raw, 'hex')) : { beaconIds: [] };
}

function isUint16(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_UINT16;
}

function wrong(row: Row, field: string, expected: string, code = 'invalid-format'): Refusal {
  return refusal(row[field] === undefined ? 'required' : code, `${field}: ${expected}`);
}

function refusal(code: string, detail: string): Refusal {
  return { code, detail };
}
