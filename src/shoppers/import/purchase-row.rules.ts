import { fail, ok, type Instant, type Outcome } from '../../shared/index.js';
import { EARLIEST, FUTURE_TOLERANCE_MS, MAX_QUANTITY } from '../purchases/purchase.rules.js';

/** One line of a basket as a file has it, checked; COPY takes it in this order. */
export interface StagedRow {
  shopperId: string;
  basketId: string;
  purchasedAt: Instant;
  productId: string;
  productName: string;
  category: string;
  brand: string;
  quantity: number;
  /** Minor units, with `currency`. */
  unitPrice: number | null;
  currency: string | null;
  channel: string;
  storeId: string | null;
}

/** A row by column name: texts from CSV, texts and numbers from NDJSON. */
export type RawRow = Readonly<Record<string, unknown>>;

export const REQUIRED_COLUMNS = [
  'shopper_id',
  'purchased_at',
  'basket_id',
  'product_id',
  'category',
] as const;

const ID = /^[A-Za-z0-9._:-]{1,64}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const CURRENCY = /^[A-Z]{3}$/;
const MAX_TEXT = 500;
const MAX_AMOUNT = 1_000_000_000_000;

/**
 * Checks one row of a purchases file.
 *
 * @param latest the last instant that a purchase may have been made at
 */
export function stagedRow(raw: RawRow, latest: Instant): Outcome<StagedRow> {
  try {
    return ok(checked(raw, latest));
  } catch (error) {
    if (error instanceof RowFault) return fail('invalid', error.message);
    throw error;
  }
}

/** The last instant of a purchase: a file that is shifted to now may be of any time. */
export function latestPurchase(now: Instant, shiftToNow: boolean): Instant {
  return shiftToNow ? Number.POSITIVE_INFINITY : now + FUTURE_TOLERANCE_MS;
}

/** A row in COPY's text format, after its line number. */
export function copyLine(line: number, row: StagedRow): string {
  const fields = [
    line,
    row.shopperId,
    row.basketId,
    new Date(row.purchasedAt).toISOString(),
    row.productId,
    row.productName,
    row.category,
    row.brand,
    row.quantity,
    row.unitPrice,
    row.currency,
    row.channel,
    row.storeId,
  ];
  return `${fields.map((field) => (field === null ? '\\N' : escaped(String(field)))).join('\t')}\n`;
}

function checked(raw: RawRow, latest: Instant): StagedRow {
  const productId = id(raw, 'product_id');
  const unitPrice = amount(raw);
  return {
    shopperId: id(raw, 'shopper_id'),
    basketId: id(raw, 'basket_id'),
    purchasedAt: purchasedAt(raw, latest),
    productId,
    productName: text(raw, 'product_name') ?? productId,
    category: text(raw, 'category') ?? wrong('category: is required'),
    brand: text(raw, 'brand') ?? '',
    quantity: quantity(raw),
    unitPrice,
    currency: unitPrice === null ? null : currency(raw),
    channel: channel(raw),
    storeId: text(raw, 'store_id') === undefined ? null : id(raw, 'store_id'),
  };
}

function text(raw: RawRow, column: string): string | undefined {
  const value = raw[column];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return wrong(`${column}: expected a text`);
  const written = String(value).trim();
  if (written.length > MAX_TEXT) return wrong(`${column}: longer than ${MAX_TEXT}`);
  if (written.includes('\0')) return wrong(`${column}: holds a character that cannot be kept`);
  return written === '' ? undefined : written.replace(/\p{Surrogate}/gu, '\ufffd');
}

function id(raw: RawRow, column: string): string {
  const value = text(raw, column) ?? wrong(`${column}: is required`);
  return ID.test(value) ? value : wrong(`${column}: expected 1-64 characters of A-Z a-z 0-9 . _ : -`);
}

/** A day alone is taken at noon UTC, which is that same day in nearly every zone. */
function purchasedAt(raw: RawRow, latest: Instant): Instant {
  const value = text(raw, 'purchased_at') ?? wrong('purchased_at: is required');
  const isDay = DAY.test(value);
  const at = isDay || TIME.test(value) ? Date.parse(isDay ? `${value}T12:00:00Z` : value) : Number.NaN;
  if (Number.isNaN(at) || !isCalendarDay(value.slice(0, 10))) {
    return wrong('purchased_at: expected a day such as 2024-05-01, or an RFC 3339 time');
  }
  if (at < EARLIEST) return wrong('purchased_at: before 1990; is the clock set?');
  return at > latest ? wrong('purchased_at: in the future') : at;
}

/** `Date.parse` makes 1 March of 30 February. */
function isCalendarDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

function quantity(raw: RawRow): number {
  const value = Number(text(raw, 'quantity') ?? 1);
  return value !== 0 && Math.abs(value) <= MAX_QUANTITY
    ? value
    : wrong('quantity: expected a number, above 0 of what was bought and below 0 of what was returned');
}

function amount(raw: RawRow): number | null {
  const written = text(raw, 'unit_price');
  if (written === undefined) return null;
  const value = Number(written);
  return Number.isInteger(value) && value >= 0 && value <= MAX_AMOUNT
    ? value
    : wrong('unit_price: expected a whole number of minor units');
}

function currency(raw: RawRow): string {
  const value = text(raw, 'currency') ?? '';
  return CURRENCY.test(value) ? value : wrong('currency: expected an ISO 4217 code such as EUR');
}

function channel(raw: RawRow): string {
  const value = text(raw, 'channel') ?? 'store';
  return value === 'store' || value === 'online' ? value : wrong('channel: expected store or online');
}

function escaped(field: string): string {
  return field.replace(/[\\\t\n\r]/g, (each) => ESCAPES[each] ?? each);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Leaves the checks of one row; `stagedRow` makes a result of it. */
class RowFault extends Error {}

function wrong(fault: string): never {
  throw new RowFault(fault);
}
