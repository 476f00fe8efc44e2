import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { Problem } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import {
  TraceError,
  TraceReader,
  type Sighting,
  type TraceHeader,
  type TracedCheckIn,
} from '../../sightings/index.js';
import { UsageError } from '../command.js';
import { readView, type GivenView } from './shopper-view.js';

/** A trace as it lies in memory: some 150 bytes a line. */
export interface TraceFile {
  header: TraceHeader;
  sightings: Sighting[];
  checkIns: TracedCheckIn[];
  views: Map<ShopperId, GivenView>;
}

/** Reads a trace, plain or `.gz`. @throws UsageError naming file and line */
export async function readTrace(file: string): Promise<TraceFile> {
  const bytes = createReadStream(file);
  const text = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  bytes.on('error', (error) => text.destroy(error));
  const reader = new TraceReader();
  const trace: Omit<TraceFile, 'header'> = { sightings: [], checkIns: [], views: new Map() };
  try {
    for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
      const item = reader.read(line);
      if (item?.kind === 'sighting') trace.sightings.push(item.sighting);
      else if (item?.kind === 'checkin') trace.checkIns.push(item.checkin);
      else if (item !== undefined)
        trace.views.set(item.walker, readView(item.view, `line ${reader.line}: view`));
    }
    return { ...trace, header: reader.header };
  } catch (error) {
    throw new UsageError(`${file}${faultIn(error)}`);
  }
}

/** What is wrong, after the name of the file: with the line where one is at fault, without where the file itself is. */
function faultIn(error: unknown): string {
  if (error instanceof TraceError) return `, ${error.message}`;
  if (error instanceof Problem) {
    const places = (error.extras.errors ?? []).map(({ path, detail }) => `${path}: ${detail}`);
    return `, ${places.join('; ')}`;
  }
  return `: ${error instanceof Error ? error.message : String(error)}`;
}
