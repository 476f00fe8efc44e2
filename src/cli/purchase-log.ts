/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index runs within its own array */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { dayNumber, type PurchaseDay } from '../insights/index.js';
import { DAY_MS } from '../shared/index.js';
import { UsageError } from './command.js';

/** What a column is for, and the names that published logs have for it (CDNOW, groceryElog). */
const NAMES = {
  shopper: ['shopper_id', 'customer_id', 'cust', 'customer', 'id', 'master_id'],
  date: ['date', 'purchased_at', 'yyyymmdd'],
  amount: ['amount', 'dollars', 'sales', 'spend', 'value'],
} as const;
/** CDNOW's own files have no header: `id yyyymmdd cds dollars`, the sample with its own number after the id. */
const WITHOUT_HEADER: ReadonlyMap<number, Places> = new Map([
  [2, { shopper: 0, date: 1, amount: undefined }],
  [3, { shopper: 0, date: 1, amount: 2 }],
  [4, { shopper: 0, date: 1, amount: 3 }],
  [5, { shopper: 0, date: 2, amount: 4 }],
]);

interface Places {
  shopper: number;
  date: number;
  amount: number | undefined;
}

export interface PurchaseLog {
  /** By shopper, days in order, each once. */
  shoppers: Map<string, PurchaseDay[]>;
  hasSpend: boolean;
  lastDay: number;
}

/**
 * Reads a log of purchases: CSV with a header, or CDNOW's columns between blanks; plain or .gz. A line with a negative
 * amount is a return: it lowers the spend of its day, or of the shopper's last purchase day before, and is no purchase.
 *
 * @throws UsageError naming the line
 */
export async function readPurchaseLog(file: string): Promise<PurchaseLog> {
  const days = new Map<string, Map<number, number>>();
  const returns: { shopper: string; day: number; amount: number }[] = [];
  let places: Places | undefined;
  for await (const { record, line } of linesOf(file)) {
    const where = `${file}, line ${line}`;
    if (places === undefined) {
      places = placesIn(record, where);
      if (hasHeader(record)) continue;
    }
    const row = rowOf(record, places, where);
    if (row.amount < 0) {
      returns.push(row);
      continue;
    }
    const ofShopper = days.get(row.shopper) ?? new Map<number, number>();
    days.set(row.shopper, ofShopper.set(row.day, (ofShopper.get(row.day) ?? 0) + row.amount));
  }
  if (places === undefined || days.size === 0) throw new UsageError(`${file}: holds no purchases`);
  const shoppers = new Map([...days].map(([shopper, spends]) => [shopper, inOrder(spends)]));
  for (const each of returns) takeBack(shoppers.get(each.shopper) ?? [], each);
  const lastDay = [...shoppers.values()].reduce((last, of) => Math.max(last, of[of.length - 1]!.day), 0);
  return { shoppers, hasSpend: places.amount !== undefined, lastDay };
}

/**
 * Days since 1970-01-01 of `yyyy-mm-dd`, `yyyymmdd`, `yyyy/mm/dd`, or of an RFC 3339 time in UTC; undefined where it is
 * none of them, or no day of the calendar.
 */
export function dayWritten(text: string): number | undefined {
  const [, year, month, date, time] =
    /^(\d{4})[-/]?(\d{2})[-/]?(\d{2})([T ]\d{2}:\d{2}.*)?$/.exec(text.trim()) ?? [];
  const civil = `${year}-${month}-${date}`;
  const day = dayNumber(civil);
  if (day === undefined || time === undefined) return day;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(time) ? time : `${time}Z`;
  const at = Date.parse(`${civil}${zoned.replace(' ', 'T')}`);
  return Number.isNaN(at) ? undefined : Math.floor(at / DAY_MS);
}

async function* linesOf(file: string): AsyncGenerator<{ record: string[]; line: number }> {
  const bytes = createReadStream(file);
  const text = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  const options = { trim: true, skip_empty_lines: true, bom: true, relax_column_count: true, info: true };
  const parser = text.pipe(parse({ ...options, delimiter: [',', ';', '\t'] }));
  bytes.on('error', (error) => parser.destroy(error));
  text.on('error', (error: Error) => parser.destroy(error));
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      // CDNOW's columns stand between blanks.
      yield { record: record.length === 1 ? (record[0] ?? '').split(/\s+/) : record, line: info.lines };
    }
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Parsed {
  record: string[];
  info: { lines: number };
}

function hasHeader(record: readonly string[]): boolean {
  return record.some((name) => /^\p{L}/u.test(name) && nameOf(name) !== undefined);
}

function nameOf(column: string): keyof typeof NAMES | undefined {
  const plain = column.toLowerCase().replaceAll(/[\s.-]/g, '_');
  const names = Object.keys(NAMES) as (keyof typeof NAMES)[];
  return names.find((name) => (NAMES[name] as readonly string[]).includes(plain));
}

function placesIn(record: readonly string[], where: string): Places {
  if (!hasHeader(record)) {
    const places = WITHOUT_HEADER.get(record.length);
    if (places !== undefined && dayWritten(record[places.date] ?? '') !== undefined) return places;
    throw new UsageError(
      `${where}: expected a header with shopper_id and date, and amount where it is known`,
    );
  }
  const placeOf = (name: keyof typeof NAMES): number | undefined => {
    const place = record.findIndex((column) => nameOf(column) === name);
    return place < 0 ? undefined : place;
  };
  const [shopper, date] = [placeOf('shopper'), placeOf('date')];
  if (shopper === undefined) throw new UsageError(`${where}: no column shopper_id`);
  if (date === undefined) throw new UsageError(`${where}: no column date`);
  return { shopper, date, amount: placeOf('amount') };
}

function rowOf(
  record: readonly string[],
  places: Places,
  where: string,
): { shopper: string; day: number; amount: number } {
  const shopper = record[places.shopper] ?? '';
  if (shopper === '') throw new UsageError(`${where}: shopper_id: missing`);
  const date = record[places.date] ?? '';
  const day = dayWritten(date);
  if (day === undefined)
    throw new UsageError(`${where}: date: expected a day such as 2026-11-22, not "${date}"`);
  const text = places.amount === undefined ? '0' : (record[places.amount] ?? '');
  const amount = text === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(amount)) throw new UsageError(`${where}: amount: expected a number, not "${text}"`);
  return { shopper, day, amount };
}

function inOrder(spends: ReadonlyMap<number, number>): PurchaseDay[] {
  return [...spends].map(([day, spend]) => ({ day, spend })).sort((a, b) => a.day - b.day);
}

function takeBack(days: PurchaseDay[], { day, amount }: { day: number; amount: number }): void {
  const bought = days.findLast((each) => each.day <= day);
  if (bought !== undefined) bought.spend += amount;
}
