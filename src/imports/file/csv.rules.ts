import { MAX_ROW_CHARACTERS, type FileRow, type RowSplitter } from './row.js';

/** What may stand between two values. */
const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** The delimiter of a file, from its header: the one that comes most often outside quotes; the first of equals. */
export function delimiterOf(header: string): Delimiter {
  const plain = header.replace(/"[^"]*"/g, '');
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: plain.split(delimiter).length }));
  return counted.reduce((best, each) => (each.count > best.count ? each : best)).delimiter;
}

/** Where a record ends, and what it holds; `open`: its end has not come yet. */
type Read = { values: string[]; end: number } | { fault: string } | 'open';

/**
 * Records of CSV (RFC 4180), from text that comes in pieces. A line without a quote, which is nearly every line of
 * nearly every file, is split by the engine's own `indexOf` and `split`; only records with a quote are read by the
 * character. Empty lines are skipped. After a record that is none, reading goes on at its next line, so that one
 * unclosed quote costs one row and not the file.
 */
export class CsvSplitter implements RowSplitter<string[]> {
  #rest = '';
  #line = 1;
  /** Inside a row that is too long already told of: everything up to its line break is dropped. */
  #skipping = false;

  constructor(private readonly delimiter: Delimiter) {}

  push(text: string): FileRow<string[]>[] {
    return this.#split(this.#rest + text, false);
  }

  end(): FileRow<string[]>[] {
    const rest = this.#rest;
    return rest === '' || this.#skipping ? [] : this.#split(`${rest}\n`, true);
  }

  #split(text: string, isLast: boolean): FileRow<string[]>[] {
    const rows: FileRow<string[]>[] = [];
    let at = this.#skipping ? this.#skip(text) : 0;
    let quote = text.indexOf('"', at);
    for (;;) {
      const end = text.indexOf('\n', at);
      if (end === -1) break;
      if (quote !== -1 && quote < at) quote = text.indexOf('"', at);
      if (quote === -1 || quote > end) {
        const stop = withoutReturn(text, at, end);
        if (end - at > MAX_ROW_CHARACTERS) rows.push(this.#tooLong(text, at));
        else if (stop > at) {
          const row = text.slice(at, stop);
          rows.push({ line: this.#line, text: row, value: row.split(this.delimiter) });
        }
        this.#line += 1;
        at = end + 1;
        continue;
      }
      const read = quotedRecord(text, at, this.delimiter);
      if (read === 'open' && !isLast && text.length - at <= MAX_ROW_CHARACTERS) break;
      const { row, next, lines } = this.#quotedRow(text, at, end, read);
      rows.push(row);
      this.#line += lines;
      at = next;
    }
    rows.push(...this.#keep(text.slice(at)));
    return rows;
  }

  /** What is left waits for the next piece, unless it is longer than a row may be. */
  #keep(rest: string): FileRow<string[]>[] {
    const begins = rest.length > MAX_ROW_CHARACTERS && !this.#skipping;
    this.#skipping ||= begins;
    this.#rest = this.#skipping ? '' : rest;
    return begins ? [this.#tooLong(rest, 0)] : [];
  }

  /** @returns where the line after the one that is dropped begins */
  #skip(text: string): number {
    const end = text.indexOf('\n');
    if (end === -1) return text.length;
    this.#skipping = false;
    this.#line += 1;
    return end + 1;
  }

  #quotedRow(
    text: string,
    at: number,
    lineEnd: number,
    read: Read,
  ): { row: FileRow<string[]>; next: number; lines: number } {
    if (read === 'open' || 'fault' in read) {
      const fault = read === 'open' ? 'a quote is never closed' : read.fault;
      const line = text.slice(at, withoutReturn(text, at, lineEnd));
      return {
        row: { line: this.#line, text: line, code: 'malformed', detail: fault },
        next: lineEnd + 1,
        lines: 1,
      };
    }
    const record = text.slice(at, withoutReturn(text, at, read.end));
    return {
      row: { line: this.#line, text: record, value: read.values },
      next: read.end + 1,
      lines: record.split('\n').length,
    };
  }

  #tooLong(text: string, at: number): FileRow<string[]> {
    return {
      line: this.#line,
      text: text.slice(at, at + 1_000),
      code: 'too-large',
      detail: 'the row is longer than 1 MiB',
    };
  }
}

/** One record that begins at `at` and holds a quote, to its line break. */
function quotedRecord(text: string, at: number, delimiter: string): Read {
  const values: string[] = [];
  let from = at;
  for (;;) {
    const value = text[from] === '"' ? quotedValue(text, from) : plainValue(text, from, delimiter);
    if (value === 'open' || 'fault' in value) return value;
    values.push(value.value);
    if (text[value.end] !== delimiter) return endsAt(text, value.end, values);
    from = value.end + 1;
  }
}

function endsAt(text: string, at: number, values: string[]): Read {
  if (text[at] === '\n') return { values, end: at };
  if (at >= text.length || (text[at] === '\r' && at + 1 >= text.length)) return 'open';
  if (text[at] === '\r' && text[at + 1] === '\n') return { values, end: at + 1 };
  return { fault: 'a value goes on after its closing quote' };
}

type ReadValue = { value: string; end: number } | { fault: string } | 'open';

function quotedValue(text: string, at: number): ReadValue {
  let from = at + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return 'open';
    if (text[quote + 1] !== '"') {
      return { value: text.slice(at + 1, quote).replaceAll('""', '"'), end: quote + 1 };
    }
    from = quote + 2;
  }
}

function plainValue(text: string, at: number, delimiter: string): ReadValue {
  const lineEnd = text.indexOf('\n', at);
  if (lineEnd === -1) return 'open';
  const next = text.indexOf(delimiter, at);
  const end = next === -1 || next > lineEnd ? withoutReturn(text, at, lineEnd) : next;
  const value = text.slice(at, end);
  return value.includes('"') ? { fault: 'a quote inside a value that is not quoted' } : { value, end };
}

/** `\r\n` ends a line as `\n` does. */
function withoutReturn(text: string, from: number, end: number): number {
  return end > from && text[end - 1] === '\r' ? end - 1 : end;
}
