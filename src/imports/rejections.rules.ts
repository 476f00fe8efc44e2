import type { ShopperId } from '../shared/index.js';
import type { RejectedRow } from './import-type.js';

export type RejectionFormat = 'csv' | 'ndjson';

/** What the asker would rather have; CSV unless JSON is asked for. */
export function rejectionFormat(accept: string | undefined): RejectionFormat {
  return /json/i.test(accept ?? '') ? 'ndjson' : 'csv';
}

export const REJECTION_TYPES: Readonly<Record<RejectionFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
};

export function headOf(format: RejectionFormat): string {
  return format === 'csv' ? 'line,code,detail,row\r\n' : '';
}

/** One rejected row as a line of the file. */
export function writtenAs(format: RejectionFormat, { line, code, detail, row }: RejectedRow): string {
  if (format === 'ndjson') return `${JSON.stringify({ line, code, detail, row })}\n`;
  return `${line},${code},${quoted(detail)},${quoted(row)}\r\n`;
}

/** The longest row of any of our types has some twenty values. */
const MOST_NAMES = 40;

/** What in the text of a row, whatever its format, may be the id of a shopper. */
export function namesIn(row: string): ShopperId[] {
  const words = row.match(/(?<![A-Za-z0-9._:-])[A-Za-z0-9._:-]{1,64}(?![A-Za-z0-9._:-])/g) ?? [];
  return words.slice(0, MOST_NAMES) as ShopperId[];
}

/** A value that a spreadsheet would take for a formula is kept from being one. */
function quoted(value: string): string {
  const tame = /^[=+@\t\r-]/.test(value) ? `'${value}` : value;
  return `"${tame.replaceAll('"', '""')}"`;
}
