import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';

/** A row by column name: texts from CSV, texts and numbers from NDJSON. */
export type RawRow = Readonly<Record<string, unknown>>;

export type FileFormat = 'csv' | 'ndjson';

/** A row of a file at its line, or why that line is none. */
export type FileRow = { line: number; row: RawRow } | { line: number; fault: string };

/** No row is longer; an unclosed quote must not swallow the whole file. */
const MAX_ROW = 65_536;

/**
 * The rows of a file, one at a time, whatever its length.
 *
 * @param required columns that a CSV file must have
 */
export function rowsOf(
  stream: Readable,
  format: FileFormat,
  required: readonly string[],
): AsyncIterable<FileRow> {
  return format === 'csv' ? csvRows(stream, required) : ndjsonRows(stream);
}

/** @throws Error when the header lacks a column, or the file cannot be read */
async function* csvRows(stream: Readable, required: readonly string[]): AsyncGenerator<FileRow> {
  const skipped: FileRow[] = [];
  const parser = parse({
    bom: true,
    columns: (header: string[]) => checkedHeader(header, required),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW,
    skip_records_with_error: true,
    on_skip: (error) => {
      skipped.push({ line: Number(error?.['lines'] ?? 0), fault: error?.message ?? 'not CSV' });
      return undefined;
    },
  });
  stream.on('error', (error) => parser.destroy(error));
  stream.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: RawRow;
      info: { lines: number };
    }>) {
      yield* skipped.splice(0);
      yield { line: info.lines, row: record };
    }
    yield* skipped;
  } finally {
    stream.destroy();
  }
}

function checkedHeader(header: string[], required: readonly string[]): string[] {
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = required.filter((column) => !names.includes(column));
  if (missing.length > 0) throw new Error(`the file lacks the columns ${missing.join(', ')}`);
  return names;
}

async function* ndjsonRows(stream: Readable): AsyncGenerator<FileRow> {
  stream.setEncoding('utf8');
  let line = 0;
  let rest = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_ROW) throw new Error(`line ${line + lines.length + 1} is longer than ${MAX_ROW}`);
    for (const text of lines) {
      line += 1;
      if (text.trim() !== '') yield ndjsonRow(line, text);
    }
  }
  if (rest.trim() !== '') yield ndjsonRow(line + 1, rest);
}

function ndjsonRow(line: number, text: string): FileRow {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row === 'object' && row !== null) return { line, row: row as RawRow };
  } catch {
    // Falls through to the same answer as JSON that is no object.
  }
  return { line, fault: 'not a JSON object' };
}
