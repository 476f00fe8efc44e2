import type { Rejection } from '../../platform/index.js';
import { fail, ok, type BeaconId, type Instant, type Outcome } from '../../shared/index.js';
import type { Heard } from '../hearing.js';
import { isKnownPower, knownPower, rssiFault } from '../radio.rules.js';
import { FUTURE_TOLERANCE_MS } from '../timing.rules.js';
import { iBeaconId, type Advertisement, type Battery } from './advertisement.rules.js';
import type { Decoded, PayloadFault } from './decoder.js';

/** More than a gateway can hear between two posts; 1 MiB holds some 6,000 full rows. */
export const MAX_ROWS = 10_000;
/** Seconds up to here, milliseconds above: Kontakt.io's rule, which holds until 2038. */
const LAST_SECOND = 2 ** 31 - 1;
const MAX_UINT16 = 0xffff;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const ADDRESS = /^[0-9a-f]{12}$/;
const SEPARATORS = /[:-]/g;
const NO_BYTES = Buffer.alloc(0);
const UTF_16_MARKS = ['fffe', 'feff'];

export type Row = Readonly<Record<string, unknown>>;
export type Refusal = Omit<Rejection, 'index'>;

/** One row in our words. */
export interface Reading {
  heard: Omit<Heard, 'index'>;
  battery?: Battery;
}

/** What nearly every vendor's row says beside the beacon's ids. */
interface Radio {
  mac?: BeaconId;
  rssiDbm: number;
  observedAt?: Instant;
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isRefusal(value: object): value is Refusal {
  return 'code' in value;
}

export function refusal(code: string, detail: string): Refusal {
  return { code, detail };
}

/** What is wrong with a field: it is missing, or not as expected. */
export function wrong(row: Row, field: string, expected: string, code = 'invalid-format'): Refusal {
  return refusal(row[field] === undefined ? 'required' : code, `${field}: ${expected}`);
}

/**
 * JSON as gateways send it: UTF-8, perhaps with a byte order mark, whatever its content type says. Names of devices
 * may hold bytes that are no UTF-8; they are replaced, because the rows around them are good.
 */
export function jsonOf(payload: Buffer): Outcome<unknown, 'malformed-json'> {
  if (UTF_16_MARKS.includes(payload.toString('hex', 0, 2))) {
    return fail('malformed-json', 'body: UTF-16; expected UTF-8');
  }
  const text = payload.toString('utf8');
  try {
    return ok(JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text));
  } catch (error) {
    return fail('malformed-json', `body: ${error instanceof Error ? error.message : 'not JSON'}`);
  }
}

/** A payload that is no sighting, such as a heartbeat. */
export function nothingHeard(): Decoded {
  return { heard: [], refused: [] };
}

/**
 * Reads a payload row by row.
 *
 * @param read what a row says; undefined for one that is no sighting, which is ignored silently
 */
export function readRows<T>(
  rows: readonly T[],
  read: (row: T, index: number) => Reading | Refusal | undefined,
): Outcome<Decoded, PayloadFault> {
  if (rows.length > MAX_ROWS) {
    return fail('malformed-payload', `body: ${rows.length} rows; at most ${MAX_ROWS} are taken at once`);
  }
  const decoded = nothingHeard();
  rows.forEach((row, index) => collect(decoded, index, read(row, index)));
  return ok(decoded);
}

/** Puts what was read of a row where it belongs. */
export function collect(decoded: Decoded, index: number, read: Reading | Refusal | undefined): void {
  if (read === undefined) return;
  if (isRefusal(read)) {
    decoded.refused.push({ index, ...read });
    return;
  }
  // It was made for this row alone.
  decoded.heard.push(Object.assign(read.heard, { index }));
  if (read.battery === undefined) return;
  (decoded.telemetry ??= []).push({ beaconIds: read.heard.beaconIds, ...read.battery });
}

/** Address, level and time of a row, which each vendor calls by other names. */
export function radioOf(
  row: unknown,
  fields: { address: string; rssi: string; time?: string },
): Radio | Refusal {
  if (!isRow(row)) return refusal('wrong-type', 'expected an object');
  const mac = addressOf(row[fields.address]);
  if (mac === undefined) return wrong(row, fields.address, 'expected 12 hex digits');
  const level = levelIn(row, fields.rssi);
  if (typeof level !== 'number') return level;
  const time = fields.time === undefined ? {} : timeIn(row, fields.time);
  if (isRefusal(time)) return time;
  const radio: Radio = { mac, rssiDbm: level };
  if (time.observedAt !== undefined) radio.observedAt = time.observedAt;
  return radio;
}

/** A level that a radio can have heard. */
export function levelIn(row: Row, field: string): number | Refusal {
  const level = numberOf(row[field]);
  if (typeof level !== 'number') return wrong(row, field, 'expected a number', 'wrong-type');
  const fault = rssiFault(level);
  return fault === undefined ? level : refusal(fault.code, `${field}: ${fault.detail}`);
}

/** A time that may be missing or null, but not be nonsense. */
export function timeIn(row: Row, field: string): { observedAt?: Instant } | Refusal {
  const time = row[field];
  if (time === undefined || time === null) return {};
  const observedAt = timeOf(time);
  return observedAt === undefined
    ? wrong(row, field, 'expected ISO 8601 with its zone, or Unix seconds or milliseconds')
    : { observedAt };
}

/**
 * The sender's clock at sending, as a payload states it. Nothing is heard after it was sent: where all rows are
 * stamped later, the statement is not true, and their own times must do.
 */
export function sentAtOf(value: unknown, heard: readonly Heard[]): { sentAt?: Instant } {
  const sentAt = timeOf(value);
  if (sentAt === undefined) return {};
  const stamps = heard.flatMap(({ observedAt }) => (observedAt === undefined ? [] : [observedAt]));
  const contradicted = stamps.length > 0 && stamps.every((at) => at > sentAt + FUTURE_TOLERANCE_MS);
  return contradicted ? {} : { sentAt };
}

/** Puts together what the row says and what the beacon advertised. */
export function readingOf(radio: Radio, { beaconIds, measuredPowerDbm, battery }: Advertisement): Reading {
  const { mac, rssiDbm, observedAt } = radio;
  // Part by part: spreads took half of the time of a payload.
  const heard: Reading['heard'] = { beaconIds: mac === undefined ? beaconIds : [...beaconIds, mac], rssiDbm };
  if (isKnownPower(measuredPowerDbm)) heard.measuredPowerDbm = measuredPowerDbm;
  if (observedAt !== undefined) heard.observedAt = observedAt;
  return battery === undefined ? { heard } : { heard, battery };
}

/** An iBeacon whose parts are fields of the row. */
export function iBeaconIn(
  row: Row,
  [uuidField, majorField, minorField]: readonly [uuid: string, major: string, minor: string],
): BeaconId | Refusal {
  const uuid = row[uuidField];
  const hex = typeof uuid === 'string' ? uuid.replaceAll('-', '').toLowerCase() : '';
  if (!/^[0-9a-f]{32}$/.test(hex)) return wrong(row, uuidField, 'expected 32 hex digits');
  const major = numberOf(row[majorField]);
  if (!isUint16(major)) return wrong(row, majorField, 'expected a whole number of 0 to 65535');
  const minor = numberOf(row[minorField]);
  if (!isUint16(minor)) return wrong(row, minorField, 'expected a whole number of 0 to 65535');
  return iBeaconId(hex, major, minor);
}

/** A level at one metre as some field tells it; what no radio sends is left out. */
export function powerOf(value: unknown): { measuredPowerDbm?: number } {
  const power = numberOf(value);
  return typeof power === 'number' && power >= -127 ? knownPower(power) : {};
}

/** A battery's charge in percent; 0 says that it is not known. */
export function batteryPercentOf(value: unknown): { battery?: Battery } {
  const percent = numberOf(value);
  return typeof percent === 'number' && percent > 0 && percent <= 100
    ? { battery: { batteryPercent: percent } }
    : {};
}

/** A number that some firmware writes as text; anything else stays what it is. */
export function numberOf(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value;
}

/** Bytes written as hex digits; what is none ends them, and what is no text has none. */
export function hexOf(value: unknown): Buffer {
  return typeof value === 'string' && value !== '' ? Buffer.from(value, 'hex') : NO_BYTES;
}

export function isUint16(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_UINT16;
}

/** A Bluetooth address with or without separators, in either case, as `mac:<12 hex lower>`. */
export function addressOf(value: unknown): BeaconId | undefined {
  if (typeof value !== 'string' || value.length > 17) return undefined;
  const hex = value.replace(SEPARATORS, '').toLowerCase();
  return ADDRESS.test(hex) ? (`mac:${hex}` as BeaconId) : undefined;
}

/** A time as RFC 3339, or as Unix seconds or milliseconds; undefined when it is neither. */
function timeOf(value: unknown): Instant | undefined {
  const unix = numberOf(value);
  if (typeof unix === 'number') {
    if (!Number.isFinite(unix) || unix < 0 || unix > Number.MAX_SAFE_INTEGER) return undefined;
    return Math.round(unix > LAST_SECOND ? unix : unix * 1_000);
  }
  const instant = typeof value === 'string' && ISO.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}
