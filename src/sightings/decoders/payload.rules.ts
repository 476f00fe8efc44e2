import { fail, ok, type BeaconId, type Instant, type Outcome } from '../../shared/index.js';

/** Seconds up to here, milliseconds above: Kontakt.io's rule, which holds until 2038. */
const LAST_SECOND = 2 ** 31 - 1;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const ADDRESS = /^[0-9a-f]{12}$/;
const SEPARATORS = /[:-]/g;

export type Row = Readonly<Record<string, unknown>>;

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON as gateways send it: UTF-8, perhaps with a byte order mark, whatever its content type says. */
export function jsonOf(payload: Buffer): Outcome<unknown, 'malformed-json'> {
  const text = payload.toString('utf8');
  try {
    return ok(JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text));
  } catch (error) {
    return fail('malformed-json', `body: ${error instanceof Error ? error.message : 'not JSON'}`);
  }
}

/** A Bluetooth address with or without separators, in either case, as `mac:<12 hex lower>`. */
export function addressOf(value: unknown): BeaconId | undefined {
  if (typeof value !== 'string' || value.length > 17) return undefined;
  const hex = value.replace(SEPARATORS, '').toLowerCase();
  return ADDRESS.test(hex) ? (`mac:${hex}` as BeaconId) : undefined;
}

/** A time as RFC 3339, or as Unix seconds or milliseconds; undefined when it is neither. */
export function timeOf(value: unknown): Instant | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || value < 0 || value > Number.MAX_SAFE_INTEGER) return undefined;
    return Math.round(value > LAST_SECOND ? value : value * 1_000);
  }
  if (typeof value !== 'string') return undefined;
  if (/^\d{9,13}(\.\d{1,6})?$/.test(value)) return timeOf(Number(value));
  const instant = ISO.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}
