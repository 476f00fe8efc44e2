import { toRfc3339, type Instant } from '../shared/index.js';

/** What the fields that hold a time are called in the payloads of gateways. */
const TIME_FIELDS = new Set([
  'timestamp',
  'time',
  'ts',
  'observedat',
  'sentat',
  'seentime',
  'seenepoch',
  'tst',
]);
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
/** Seconds up to here, milliseconds above. */
const LAST_SECOND = 2 ** 31 - 1;
/** Smaller numbers are no moment of the age of Bluetooth beacons (2013 and on). */
const FIRST_SECOND = 1_356_998_400;

/**
 * A captured payload with all its times moved alike, so that the newest is `now`; each stays written as it was, in
 * RFC 3339, seconds or milliseconds. A payload without times is given back as it is.
 */
export function shiftedTo(payload: unknown, now: Instant): unknown {
  const times: Instant[] = [];
  mapTimes(payload, (at) => {
    times.push(at);
    return at;
  });
  if (times.length === 0) return payload;
  const by = now - times.reduce((newest, at) => Math.max(newest, at));
  return mapTimes(payload, (at) => at + by);
}

function mapTimes(value: unknown, move: (at: Instant) => Instant): unknown {
  if (Array.isArray(value)) return value.map((item) => mapTimes(item, move));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]: [string, unknown]) => {
      const moved = TIME_FIELDS.has(field.toLowerCase()) ? movedTime(inner, move) : undefined;
      return [field, moved ?? mapTimes(inner, move)];
    }),
  );
}

/** Undefined for what is no time. */
function movedTime(value: unknown, move: (at: Instant) => Instant): string | number | undefined {
  if (typeof value === 'string') {
    if (ISO.test(value)) return toRfc3339(move(Date.parse(value)));
    const moved = /^\d{10,13}$/.test(value) ? movedTime(Number(value), move) : undefined;
    return moved === undefined ? undefined : String(moved);
  }
  if (typeof value !== 'number' || !(value >= FIRST_SECOND)) return undefined;
  return value > LAST_SECOND ? Math.round(move(value)) : Math.round(move(value * 1_000) / 1_000);
}

/** `1s`, `500ms`, `2m` in milliseconds; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return Number(number) * (unit === 'ms' ? 1 : unit === 's' ? 1_000 : 60_000);
}
