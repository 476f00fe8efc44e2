import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import type { z } from 'zod';
import { UsageError } from './command.js';

/** One line of a CSV file, by the names in its first. */
type Line = Readonly<Record<string, string>>;

/** Other names in use for a column. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

/** What a line says, and its number in the file. */
export interface Numbered<T> {
  line: number;
  value: T;
}

/**
 * The lines of a CSV file with a header, gzipped if its name ends in `.gz`; empty ones are left out.
 *
 * @throws UsageError naming the file, and the line of a fault; a column that is missing is one of the first line
 */
export async function readLines<T>(
  file: string,
  schema: z.ZodObject & z.ZodType<T>,
  aliases: Aliases,
): Promise<Numbered<T>[]> {
  const lines: Numbered<T>[] = [];
  try {
    for await (const { record, info } of recordsOf(file, (header) => complete(header, schema, aliases))) {
      const read = schema.safeParse(withUsualNames(record, aliases));
      if (!read.success) throw new UsageError(`line ${info.lines}: ${worded(read.error)}`);
      lines.push({ line: info.lines, value: read.data });
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file}${detail.startsWith('line ') ? ',' : ':'} ${detail}`);
  }
  return lines;
}

/** Faults by their place. */
export function worded(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

type CsvRecord = { record: Line; info: { lines: number } };

function recordsOf(file: string, columns: (header: string[]) => string[]): AsyncIterable<CsvRecord> {
  const parser = parse({ columns, trim: true, skip_empty_lines: true, bom: true, info: true });
  const bytes = createReadStream(file);
  // Whatever fails on the way is thrown where the parser is read.
  const thrownByParser = (): void => undefined;
  if (file.endsWith('.gz')) pipeline(bytes, createGunzip(), parser, thrownByParser);
  else pipeline(bytes, parser, thrownByParser);
  return parser as AsyncIterable<CsvRecord>;
}

/** The header as it is, where it has every column that a line needs. */
function complete(header: string[], { shape }: z.ZodObject, aliases: Aliases): string[] {
  for (const [name, column] of Object.entries(shape)) {
    const others = aliases[name] ?? [];
    const isNeeded = !(column as z.ZodType).safeParse(undefined).success;
    if (!isNeeded || [name, ...others].some((each) => header.includes(each))) continue;
    throw new UsageError(`line 1: no column ${name}${others.length > 0 ? ` (or ${others.join(', ')})` : ''}`);
  }
  return header;
}

function withUsualNames(line: Line, aliases: Aliases): Line {
  const named: Record<string, string> = { ...line };
  for (const [name, others] of Object.entries(aliases)) {
    const given = [name, ...others].map((each) => line[each]).find((value) => value !== undefined);
    if (given !== undefined) named[name] = given;
  }
  return named;
}
