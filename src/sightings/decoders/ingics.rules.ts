import { fail, ok, type Outcome } from '../../shared/index.js';
import { readAdvertisement, type Advertisement, type Battery } from './advertisement.rules.js';
import type { Decoded, Decoder, PayloadFault } from './decoder.js';
import {
  addressOf,
  hexOf,
  iBeaconIn,
  isRefusal,
  isRow,
  jsonOf,
  powerOf,
  radioOf,
  readingOf,
  readRows,
  refusal,
  sentAtOf,
  type Reading,
  type Refusal,
  type Row,
} from './payload.rules.js';

/** Bluetooth 4.2, long range and 5, each with its scan responses. Heartbeats and GNSS are not of these. */
const REPORTS = new Set(['GPRP', 'RSPR', 'SRRP', 'LRAD', 'LRSR', '1MAD', '1MSR']);
const IGNORED = new Set(['HBRP', 'GPSR', 'HEARTBEAT']);
const FIELDS = { address: 'tag', rssi: 'rssi', time: 'ts' };

/**
 * Ingics iGS01, iGS02, iGS03: lines `$GPRP,<beacon>,<gateway>,<rssi>,<hex>[,<Unix seconds>]`, the same in a JSON
 * list, or an object a report (newer iGS03), whose type is that of a line, or of the tag where the gateway has decoded
 * it: `iBeacon`, a sensor's model, or `Unknown` with its packet. The beacon comes BEFORE the gateway.
 */
export const ingics: Decoder = {
  format: 'ingics',
  decode(payload: Buffer): Outcome<Decoded, PayloadFault> {
    const reports = reportsOf(payload);
    if (!reports.ok) return reports;
    const rows = reports.value.map((report) => (typeof report === 'string' ? rowOfLine(report) : report));
    const gateway = rows.map(gatewayOf).find((address) => address !== undefined);
    const read = readRows(rows, (row) => heardBy(row, gateway, readRow(row)));
    if (!read.ok) return read;
    const named = gateway === undefined ? {} : { gatewayHardwareId: gateway };
    return ok({ ...named, ...heartbeatOf(rows, read.value), ...read.value });
  },
};

function reportsOf(payload: Buffer): Outcome<readonly unknown[], PayloadFault> {
  const text = payload.toString('utf8').trim();
  if (/^\uFEFF?[$]/.test(text)) return ok(linesOf(text));
  const json = jsonOf(payload);
  if (!json.ok) {
    // One object a line, as the iGS03 sends over MQTT and TCP.
    return text.startsWith('{') && text.includes('\n') ? ok(linesOf(text)) : json;
  }
  const body = json.value;
  const reports = isRow(body) && Array.isArray(body['data']) ? (body['data'] as unknown) : body;
  if (Array.isArray(reports)) return ok(reports as unknown[]);
  if (isRow(reports) && reports['type'] !== undefined) return ok([reports]);
  return fail('malformed-payload', 'body: expected lines of $GPRP,…, or a list of them');
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** A line under the names of the newer objects; its type keeps the sign by which it is one. */
function rowOfLine(line: string): unknown {
  const text = line.trim();
  if (text.startsWith('{')) {
    const json = jsonOf(Buffer.from(text));
    return json.ok ? json.value : undefined;
  }
  const [type = '', tag, gw, rssi, ...rest] = text.split(',');
  if (!/^\uFEFF?[$]\w{1,8}$/.test(type)) return undefined;
  const heartbeatTime = type.endsWith('HBRP') ? rest[1] : undefined;
  const [raw_data, ts = heartbeatTime] = rest;
  return {
    type: type.slice(type.indexOf('$')),
    tag,
    gw,
    rssi,
    raw_data,
    ...(ts === undefined ? {} : { ts }),
  };
}

function readRow(row: unknown): Reading | Refusal | undefined {
  if (!isRow(row)) return refusal('malformed-row', 'expected $TYPE,<beacon>,<gateway>,<rssi>,<hex>');
  const { type } = row;
  if (isIgnored(row)) return undefined;
  if (typeof type !== 'string' || (type.startsWith('$') && !REPORTS.has(type.slice(1)))) {
    return refusal('unknown-type', `type: expected one of ${[...REPORTS].join(', ')}`);
  }
  const radio = radioOf(row, FIELDS);
  if (isRefusal(radio)) return radio;
  const advertised = advertisementOf(row);
  return isRefusal(advertised) ? advertised : readingOf(radio, advertised);
}

function isIgnored({ type }: Row): boolean {
  return typeof type === 'string' && IGNORED.has(type.replace('$', ''));
}

function advertisementOf(row: Row): Advertisement | Refusal {
  const battery = batteryOf(row['vbatt'] ?? row['battery']);
  if (row['uuid'] === undefined) {
    const advertised = readAdvertisement(hexOf(row['raw_data']));
    if (battery !== undefined) advertised.battery = battery;
    return advertised;
  }
  const beaconId = iBeaconIn(row, ['uuid', 'major', 'minor']);
  if (typeof beaconId === 'object') return beaconId;
  return { beaconIds: [beaconId], ...powerOf(row['ref_tx']), ...(battery && { battery }) };
}

/** Sensors tell it in volts. */
function batteryOf(volts: unknown): Battery | undefined {
  return typeof volts === 'number' && volts > 0
    ? { batteryMillivolts: Math.round(volts * 1_000) }
    : undefined;
}

function gatewayOf(row: unknown): string | undefined {
  if (!isRow(row)) return undefined;
  return addressOf(row['gw'] ?? row['reader'])?.slice('mac:'.length);
}

/** A collector may put the lines of several gateways into one payload: those of another say which. */
function heardBy<T extends Reading | Refusal | undefined>(
  row: unknown,
  gateway: string | undefined,
  read: T,
): T {
  const own = gatewayOf(row);
  if (read !== undefined && !isRefusal(read) && own !== undefined && own !== gateway)
    read.heard.heardBy = own;
  return read;
}

/**
 * A heartbeat alone tells the gateway's clock. Beside reports it may have waited for them, and correcting their times
 * by its age would be wrong.
 */
function heartbeatOf(rows: readonly unknown[], { heard }: Decoded): ReturnType<typeof sentAtOf> {
  const heartbeat = rows.findLast((row) => isRow(row) && isIgnored(row));
  return heard.length === 0 && isRow(heartbeat) ? sentAtOf(heartbeat['ts'], []) : {};
}
