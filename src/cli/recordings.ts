import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { z } from 'zod';
import type { Division, JudgedZone, Trial, Walk, WalkRow } from '../presence/index.js';
import { SECOND_MS, type GatewayId, type ZoneId } from '../shared/index.js';
import { note, UsageError } from './command.js';

/** One line of a CSV file, by the names in its first. */
type Line = Readonly<Record<string, string>>;

const number = z.coerce.number();
const position = { x: number, y: number };
const division = /^strips:(\d+(?:\.\d+)?)$/;

const gatewayLine = z.object({
  gateway_id: z.string().min(1),
  ...position,
  z: z.preprocess((height) => (height === '' ? undefined : height), number.optional()),
});
const walkLine = z.object({
  walk: z.string().min(1),
  observed_at: number,
  gateway_id: z.string().min(1),
  beacon_id: z.string(),
  rssi: number,
  ...position,
});
const surveyLine = z.object({ ...position, gateway_id: z.string().min(1), mean: number, size: number });

const zoneFile = z
  .array(
    z.object({
      zoneId: z.string().min(1),
      polygon: z.array(z.tuple([z.number(), z.number()])).min(3),
    }),
  )
  .min(1);

/** Columns by other names that are in use for the same. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  gateway_id: ['alias', 'sensor', 'mac'],
  mean: ['mean_rssi_dbm', 'rssi'],
  size: ['samples'],
};

/** Gateways and where they hang, in metres: `gateway_id` or `alias`, `x`, `y`, `z`. @throws UsageError naming the line */
export async function readGateways(file: string): Promise<Trial['gateways']> {
  const lines = await readLines(file, gatewayLine);
  return lines.map(({ gateway_id: gatewayId, x, y, z: height }) => ({
    gatewayId,
    x,
    y,
    ...(height === undefined ? {} : { z: height }),
  }));
}

/** Recorded walks: `walk`, `observed_at` (Unix s), `gateway_id`, `beacon_id`, `rssi`, true `x` and `y`. Faulty levels are left out. */
export async function readWalks(file: string): Promise<Walk[]> {
  const walks = new Map<string, WalkRow[]>();
  let faulty = 0;
  for (const line of await readLines(file, walkLine)) {
    // What is not below nought is no level in dBm: receivers report a failed reading so.
    if (line.rssi >= 0) {
      faulty += 1;
      continue;
    }
    const row: WalkRow = {
      observedAtMs: line.observed_at * SECOND_MS,
      gatewayId: line.gateway_id,
      beaconId: line.beacon_id,
      rssiDbm: line.rssi,
      x: line.x,
      y: line.y,
    };
    const rows = walks.get(line.walk);
    if (rows === undefined) walks.set(line.walk, [row]);
    else rows.push(row);
  }
  if (faulty > 0) note(`${file}: ${faulty} lines with a level that cannot be were left out`);
  return Array.from(walks, ([name, rows]) => ({
    name,
    rows: rows.sort((a, b) => a.observedAtMs - b.observedAtMs),
  }));
}

/** What gateways hear at surveyed spots: `x`, `y`, `sensor` or `gateway_id`, `mean` (dBm), `size` (samples). */
export async function readSurvey(file: string): Promise<Trial['survey']> {
  const lines = await readLines(file, surveyLine);
  return lines.map(({ x, y, gateway_id: gatewayId, mean, size }) => ({
    x,
    y,
    gatewayId: gatewayId as GatewayId,
    meanRssiDbm: mean,
    samples: size,
  }));
}

/** `quadrants`, `strips:<metres>`, `nearest-gateway`, or a file of zones as in a store's document. */
export async function readZones(text: string): Promise<Division | JudgedZone[]> {
  if (text === 'quadrants' || text === 'nearest-gateway') return text;
  const metres = Number(division.exec(text)?.[1] ?? 0);
  if (metres > 0) return { stripMetres: metres };
  const content = JSON.parse(await readFile(text, 'utf8')) as { zones?: unknown };
  const read = zoneFile.safeParse(Array.isArray(content) ? content : content.zones);
  if (!read.success) throw new UsageError(`${text}: ${worded(read.error)}`);
  return read.data.map(({ zoneId, polygon }) => ({ zoneId: zoneId as ZoneId, polygon }));
}

async function readLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  const bytes = createReadStream(file);
  const text = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  const parser = text.pipe(parse({ columns: true, trim: true, skip_empty_lines: true, bom: true }));
  const lines: T[] = [];
  bytes.on('error', (error) => parser.destroy(error));
  for await (const line of parser as AsyncIterable<Line>) {
    const read = schema.safeParse(withUsualNames(line));
    if (!read.success) throw new UsageError(`${file}, line ${lines.length + 2}: ${worded(read.error)}`);
    lines.push(read.data);
  }
  return lines;
}

function withUsualNames(line: Line): Line {
  const named: Record<string, string> = { ...line };
  for (const [name, others] of Object.entries(ALIASES)) {
    const given = [name, ...others].map((each) => line[each]).find((value) => value !== undefined);
    if (given !== undefined) named[name] = given;
  }
  return named;
}

function worded(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
