import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UsageError } from '../command.js';
import { rowsOf } from '../table-rows.js';

/** So many lines are told; a file with more is not what it was taken for. */
const TOLD = 5;

/**
 * Gives each line of a file (CSV or NDJSON, plain or gzip) to `take`.
 *
 * @param required columns that a CSV file must have
 * @param take throws a RangeError for a line that cannot be used
 * @throws UsageError naming the option, the file, and the lines at fault or what is missing
 */
export async function linesOf(
  option: string,
  path: string,
  required: readonly string[],
  take: (row: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  const faults: string[] = [];
  let lines = 0;
  try {
    for await (const each of rowsOf(opened(path), formatOf(path), required)) {
      lines += 1;
      const fault = 'fault' in each ? each.fault : faultOf(each.row, take);
      if (fault !== undefined) faults.push(`line ${each.line}: ${fault}`);
      if (faults.length === TOLD) break;
    }
  } catch (error) {
    throw new UsageError(`${option} ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (faults.length > 0) throw new UsageError(`${option} ${path}: ${faults.join('; ')}`);
  if (lines === 0) throw new UsageError(`${option} ${path}: holds no line`);
}

function faultOf(
  row: Readonly<Record<string, unknown>>,
  take: (row: Readonly<Record<string, unknown>>) => void,
): string | undefined {
  try {
    take(row);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function opened(path: string): Readable {
  const file = createReadStream(path);
  // What goes wrong on the way ends the last stream with the error, and whoever reads that one hears of it.
  return path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
}

function formatOf(path: string): 'csv' | 'ndjson' {
  const plain = path.endsWith('.gz') ? path.slice(0, -'.gz'.length) : path;
  return plain.endsWith('.ndjson') || plain.endsWith('.jsonl') ? 'ndjson' : 'csv';
}
