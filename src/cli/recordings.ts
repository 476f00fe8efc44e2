import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { Division, JudgedZone, Trial, Walk, WalkRow } from '../presence/index.js';
import { SECOND_MS, type GatewayId } from '../shared/index.js';
import { note, UsageError } from './command.js';
import { readLines, type Aliases, type Numbered } from './csv-lines.js';
import { readZoneFile } from './zone-file.js';

// An empty field is no number: what converts text makes nought of it.
const number = z.preprocess(
  (text) => (text === '' ? undefined : Number(text)),
  z.number('expected a number'),
);
/** More is a time in milliseconds: each packet would be judged as a second of its own. */
const MOST_SECONDS = 1e11;
const seconds = number.refine((at) => at < MOST_SECONDS, 'expected Unix seconds');
const position = { x: number, y: number };
const division = /^strips:(\d+(?:\.\d+)?)$/;

const gatewayLine = z.object({
  gateway_id: z.string().min(1),
  ...position,
  z: z.preprocess((height) => (height === '' ? undefined : height), z.optional(number)),
});
const walkLine = z.object({
  walk: z.string().min(1),
  observed_at: seconds,
  gateway_id: z.string().min(1),
  beacon_id: z.string(),
  rssi: number,
  ...position,
});
const surveyLine = z.object({ ...position, gateway_id: z.string().min(1), mean: number, size: number });

/** Columns by other names that are in use for the same. */
const ALIASES: Aliases = {
  gateway_id: ['alias', 'sensor', 'mac'],
  mean: ['mean_rssi_dbm', 'rssi'],
  size: ['samples'],
};

/** Gateways and where they hang, in metres: `gateway_id` or `alias`, `x`, `y`, `z`. @throws UsageError naming the line */
export async function readGateways(file: string): Promise<Trial['gateways']> {
  const gateways = new Map<string, Trial['gateways'][number]>();
  for (const { line, value } of await readLines(file, gatewayLine, ALIASES)) {
    const { gateway_id: gatewayId, x, y, z: height } = value;
    if (gateways.has(gatewayId)) throw new UsageError(`${file}, line ${line}: ${gatewayId} is there twice`);
    gateways.set(gatewayId, { gatewayId, x, y, ...(height === undefined ? {} : { z: height }) });
  }
  if (gateways.size === 0) throw new UsageError(`${file}: no gateway`);
  return [...gateways.values()];
}

/**
 * Recorded walks: `walk`, `observed_at` (Unix s), `gateway_id`, `beacon_id`, `rssi`, true `x` and `y`. Faulty levels are
 * left out.
 *
 * @throws UsageError naming the line, or where no level of a known gateway is left
 */
export async function readWalks(file: string, gateways: Trial['gateways']): Promise<Walk[]> {
  const lines = await readLines(file, walkLine, ALIASES);
  // What is not below nought is no level in dBm: receivers report a failed reading so.
  const usable = lines.filter(({ value }) => value.rssi < 0);
  if (usable.length === 0) throw new UsageError(`${file}: no line with a level below 0 dBm`);
  const faulty = lines.length - usable.length;
  if (faulty > 0) note(`${file}: ${faulty} lines with a level that cannot be were left out`);
  tellUnknown(file, usable, gateways);
  const walks = new Map<string, WalkRow[]>();
  for (const { value } of usable) {
    const row: WalkRow = {
      observedAtMs: value.observed_at * SECOND_MS,
      gatewayId: value.gateway_id,
      beaconId: value.beacon_id,
      rssiDbm: value.rssi,
      x: value.x,
      y: value.y,
    };
    const rows = walks.get(value.walk);
    if (rows === undefined) walks.set(value.walk, [row]);
    else rows.push(row);
  }
  return Array.from(walks, ([name, rows]) => ({
    name,
    rows: rows.sort((a, b) => a.observedAtMs - b.observedAtMs),
  }));
}

/** What gateways hear at surveyed spots: `x`, `y`, `sensor` or `gateway_id`, `mean` (dBm), `size` (samples). */
export async function readSurvey(file: string, gateways: Trial['gateways']): Promise<Trial['survey']> {
  const lines = await readLines(file, surveyLine, ALIASES);
  if (lines.length === 0) throw new UsageError(`${file}: no spot`);
  tellUnknown(file, lines, gateways);
  return lines.map(({ value: { x, y, gateway_id: gatewayId, mean, size } }) => ({
    x,
    y,
    gatewayId: gatewayId as GatewayId,
    meanRssiDbm: mean,
    samples: size,
  }));
}

/** Lines of other gateways are of no use. @throws UsageError where there are no others */
function tellUnknown(
  file: string,
  lines: readonly Numbered<{ gateway_id: string }>[],
  gateways: Trial['gateways'],
): void {
  const known = new Set(gateways.map(({ gatewayId }) => gatewayId));
  const unknown = lines.filter(({ value }) => !known.has(value.gateway_id));
  const [first] = unknown;
  if (first === undefined) return;
  const where = `${file}, line ${first.line}: no gateway ${first.value.gateway_id}`;
  if (unknown.length === lines.length) throw new UsageError(`${where}, and no line is of one that there is`);
  note(`${where}; ${unknown.length} of ${lines.length} lines are of gateways that are not known`);
}

/** `quadrants`, `strips:<metres>`, `nearest-gateway`, or a file of zones as in a store's document. */
export async function readZones(text: string): Promise<Division | JudgedZone[]> {
  if (text === 'quadrants' || text === 'nearest-gateway') return text;
  const metres = Number(division.exec(text)?.[1] ?? 0);
  if (metres > 0) return { stripMetres: metres };
  if (!existsSync(text)) {
    throw new UsageError(
      `--zones ${text}: neither quadrants, strips:<metres> nor nearest-gateway, and no file`,
    );
  }
  return readZoneFile(text);
}
