import type { IncomingHttpHeaders } from 'node:http';
import { Answer } from './route.js';

/** One value of a table; `null` and `undefined` are empty. */
export type Cell = string | number | boolean | null | undefined;

/** What is shown in columns: every row has a cell for each of them, in their order. */
export interface Table {
  columns: readonly string[];
  rows: Iterable<readonly Cell[]>;
}

/** With these a spreadsheet takes a text for a formula, or for one after it has trimmed it (OWASP, CSV injection). */
const FORMULA = /^[\s\0]*[=+\-@＝＋－＠]|^[\t\r\n]/u;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/**
 * A table as RFC 4180 has it: a header, lines that end in CRLF, quotes where they are needed. A text that a spreadsheet
 * would run as a formula gets an apostrophe before it; numbers stay as they are, negative ones too.
 *
 * @throws RangeError when a row has more or fewer cells than there are columns
 */
export function csvOf({ columns, rows }: Table): string {
  const lines = [lineOf(columns)];
  for (const row of rows) {
    if (row.length !== columns.length) {
      throw new RangeError(`row ${lines.length}: ${row.length} cells in ${columns.length} columns`);
    }
    lines.push(lineOf(row));
  }
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * A report as it was asked for: CSV when `Accept` prefers `text/csv`, else JSON. The route says `csv: true`, so that
 * OpenAPI shows both.
 *
 * @param name of the file that a browser would save, without its ending
 * @param tableOf called only when CSV is wanted
 */
export function asAccepted<Report>(
  headers: IncomingHttpHeaders,
  name: string,
  report: Report,
  tableOf: (report: Report) => Table,
): Answer {
  const vary = { Vary: 'Accept' };
  if (!prefersCsv(headers.accept)) return new Answer(report, { headers: vary });
  return new Answer(csvOf(tableOf(report)), {
    headers: {
      ...vary,
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': `attachment; filename="${name.replace(/[^\w.-]/g, '-')}.csv"`,
    },
  });
}

/** RFC 9110, 12.5.1: the more specific range counts, then its weight; JSON where both are as welcome. */
export function prefersCsv(accept: string | undefined): boolean {
  const ranges = (accept ?? '*/*').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, weight: weight === undefined ? 1 : Number(weight) || 0 };
  });
  const weightOf = (type: 'text' | 'application', subtype: string): number =>
    [`${type}/${subtype}`, `${type}/*`, '*/*']
      .map((wanted) => ranges.find((range) => range.type === wanted)?.weight)
      .find((weight) => weight !== undefined) ?? 0;
  return weightOf('text', 'csv') > weightOf('application', 'json');
}

function lineOf(cells: readonly Cell[]): string {
  return cells.map(cellOf).join(',');
}

function cellOf(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
