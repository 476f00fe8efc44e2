import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { JudgedZone } from '../presence/index.js';
import type { ZoneId } from '../shared/index.js';
import { UsageError } from './command.js';
import { worded } from './csv-lines.js';

type Polygon = JudgedZone['polygon'];
type Corner = Polygon[number];

const zoneFile = z
  .array(
    z.object({
      zoneId: z.string().min(1),
      polygon: z.array(z.tuple([z.number(), z.number()])).min(3),
    }),
  )
  .min(1);

/** Zones as a list or as in a store's document. @throws UsageError naming file, zone and what is wrong with it */
export async function readZoneFile(file: string): Promise<JudgedZone[]> {
  const content = await jsonIn(file);
  const isDocument = typeof content === 'object' && content !== null && 'zones' in content;
  const read = zoneFile.safeParse(isDocument ? content.zones : content);
  if (!read.success) throw new UsageError(`${file}: ${worded(read.error)}`);
  const seen = new Set<string>();
  for (const { zoneId, polygon } of read.data) {
    const fault = seen.has(zoneId) ? 'is there twice' : faultOf(polygon);
    if (fault !== undefined) throw new UsageError(`${file}: zone ${zoneId} ${fault}`);
    seen.add(zoneId);
  }
  return read.data.map(({ zoneId, polygon }) => ({ zoneId: zoneId as ZoneId, polygon }));
}

async function jsonIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Why a polygon encloses nothing that could be said to be inside: corners in a line, or edges that cross. */
function faultOf(polygon: Polygon): string | undefined {
  const [first = [0, 0]] = polygon;
  const isFlat = polygon.every((corner, index) => turnOf(first, polygon[index - 1] ?? first, corner) === 0);
  if (isFlat) return 'has all its corners in a line';
  const edges = polygon.map((corner, index) => [corner, polygon[index + 1] ?? first] as const);
  for (const [index, [a, b]] of edges.entries()) {
    const crossing = edges.findIndex(([c, d], other) => other > index && isCrossed(a, b, c, d));
    if (crossing >= 0)
      return `has edges that cross, the ones after its corners ${index + 1} and ${crossing + 1}`;
  }
  return undefined;
}

/** Whether the edges from a to b and from c to d have a point in common that is an end of neither. */
function isCrossed(a: Corner, b: Corner, c: Corner, d: Corner): boolean {
  return turnOf(a, b, c) * turnOf(a, b, d) < 0 && turnOf(c, d, a) * turnOf(c, d, b) < 0;
}

/** To which side the way from a to b turns on to c: 1, -1, or 0 for straight on. */
function turnOf([ax, ay]: Corner, [bx, by]: Corner, [cx, cy]: Corner): number {
  const twiceArea = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  return Math.abs(twiceArea) < 1e-9 ? 0 : Math.sign(twiceArea);
}
