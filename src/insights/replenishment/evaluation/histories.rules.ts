import { dayNumber, type DayNumber } from '../model/calendar.rules.js';
import type { Visit } from '../model/shopper.rules.js';
import type { Histories } from './evaluate.rules.js';

/** What an item is: the line's category, or its product. */
export const LEVELS = ['category', 'product'] as const;
export type Level = (typeof LEVELS)[number];

/** The columns that are read. `quantity` is read where there is one: a line that returns goods is no purchase. */
export const COLUMNS_READ: Readonly<Record<Level, readonly string[]>> = {
  category: ['shopper_id', 'purchased_at', 'category'],
  product: ['shopper_id', 'purchased_at', 'product_id'],
};

const MAX_TEXT = 500;

/** Gathers the lines of a file, in any order, to histories. */
export class Gathering {
  readonly #items = new Map<string, number>();
  readonly #shoppers = new Map<string, Map<DayNumber, Set<number>>>();
  readonly #days = new Map<string, DayNumber>();
  lines = 0;

  constructor(readonly level: Level) {}

  /** @throws RangeError saying what is wrong with the line */
  add(row: Readonly<Record<string, unknown>>): void {
    const shopper = textOf(row, 'shopper_id');
    const day = this.#dayOf(textOf(row, 'purchased_at'));
    const item = textOf(row, this.level === 'category' ? 'category' : 'product_id');
    this.lines += 1;
    if (!isBought(row)) return;
    const days = this.#shoppers.get(shopper) ?? new Map<DayNumber, Set<number>>();
    this.#shoppers.set(shopper, days);
    const bought = days.get(day) ?? new Set<number>();
    days.set(day, bought);
    bought.add(this.#numberOf(item));
  }

  finish(): Histories {
    const shoppers = [...this.#shoppers.values()].map((days) =>
      [...days].sort(([a], [b]) => a - b).map(([day, items]): Visit => ({ day, items: [...items] })),
    );
    return { itemCount: this.#items.size, shoppers };
  }

  #numberOf(item: string): number {
    const known = this.#items.get(item) ?? this.#items.size;
    this.#items.set(item, known);
    return known;
  }

  /** The day as it is written, whatever the zone: it is the one on the shop's wall. */
  #dayOf(written: string): DayNumber {
    const known = this.#days.get(written);
    if (known !== undefined) return known;
    const isWhole = /^\d{4}-\d\d-\d\d($|[T ])/.test(written);
    const day = isWhole ? dayNumber(written.slice(0, 10)) : undefined;
    if (day === undefined || day < 0) {
      throw new RangeError(
        `purchased_at: expected a day from 1970 on such as 2024-05-01, not "${written.slice(0, 40)}"`,
      );
    }
    this.#days.set(written, day);
    return day;
  }
}

function textOf(row: Readonly<Record<string, unknown>>, column: string): string {
  const value = row[column];
  const written = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  if (written === '') throw new RangeError(`${column}: is required`);
  if (written.length > MAX_TEXT) throw new RangeError(`${column}: longer than ${MAX_TEXT}`);
  return written;
}

function isBought(row: Readonly<Record<string, unknown>>): boolean {
  const written = row['quantity'];
  if (written === undefined || written === null || written === '') return true;
  const quantity = Number(written);
  if (Number.isNaN(quantity)) throw new RangeError('quantity: expected a number');
  return quantity > 0;
}
