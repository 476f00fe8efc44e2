import type { Instant } from '../../shared/index.js';

/** What rooms say their fields with: whatever a rule names goes into the statement as a parameter, never as text. */
export interface Saying {
  /** The place of a text parameter. */
  text(value: string): string;
  /** The moment that is asked about, in milliseconds. */
  readonly at: string;
  /** The day at that moment by the shopper's calendar, `yyyy-mm-dd`. */
  readonly localDate: string;
}

/** The zone of the shopper `asked`: their own, else that of their home store, else UTC. */
export const ZONE_OF_ASKED = `coalesce(asked.time_zone,
  (SELECT document->>'timeZone' FROM stores WHERE stores.store_id = asked.home_store_id), 'UTC')`;

interface Parameter {
  readonly index: number;
  readonly place: string;
}

/** The parameters of one statement, in the order of their places. */
export class Statement implements Saying {
  readonly #values: unknown[] = [];
  readonly #places = new Map<string, string>();
  readonly #declared: string[] = [];
  readonly #sets: string[] = [];
  #zones: { zones: Parameter; dates: Parameter } | undefined;

  /** @param isOfFew that few shoppers are asked: nothing is worth working out for all of them */
  constructor(
    readonly moment: Instant,
    readonly isOfFew = false,
  ) {}

  /** What has to be given along with the text. */
  get values(): readonly unknown[] {
    return this.#values;
  }

  /** Names each parameter with its type: Postgres wants to know it also of one that the text does not use after all. */
  get declared(): string {
    return `SELECT ${['true', ...this.#declared].join(', ')}`;
  }

  /** What has to stand behind the table `asked` for the conditions to be understood. */
  get joins(): string {
    return this.#sets
      .map(
        (sql, number) =>
          ` LEFT JOIN (${sql}) AS set_${number} ON set_${number}.shopper_id = asked.shopper_id`,
      )
      .join('');
  }

  /**
   * A table with at most one row of each shopper, worked out once however many are asked.
   *
   * @returns its name; of shoppers who are not in it every column is NULL
   */
  set(sql: string): string {
    return `set_${this.#sets.push(sql) - 1}`;
  }

  text(value: string): string {
    return this.#place(value, 'text');
  }

  number(value: number): string {
    return this.#place(value, 'float8');
  }

  boolean(value: boolean): string {
    return this.#place(value, 'boolean');
  }

  texts(values: readonly string[]): string {
    return this.#place(values, 'text[]');
  }

  numbers(values: readonly number[]): string {
    return this.#place(values, 'float8[]');
  }

  get at(): string {
    return this.number(this.moment);
  }

  /** What day it is in a zone is said by the program, as it says it everywhere else: two tables of zones may differ. */
  get localDate(): string {
    this.#zones ??= { zones: this.#add([], 'text[]'), dates: this.#add([], 'text[]') };
    const { zones, dates } = this.#zones;
    return `(SELECT local.date FROM unnest(${zones.place}, ${dates.place}) AS local (zone, date)
             WHERE local.zone = ${ZONE_OF_ASKED})`;
  }

  /** True where some field goes by the shopper's calendar: then the days have to be given before it is asked. */
  get asksForDates(): boolean {
    return this.#zones !== undefined;
  }

  /** What day it is, by zone. */
  giveDates(dates: ReadonlyMap<string, string>): void {
    if (this.#zones === undefined) return;
    this.#values[this.#zones.zones.index] = [...dates.keys()];
    this.#values[this.#zones.dates.index] = [...dates.values()];
  }

  /** The same value has one place. */
  #place(value: unknown, type: string): string {
    const key = `${type} ${JSON.stringify(value)}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const { place } = this.#add(value, type);
    this.#places.set(key, place);
    return place;
  }

  #add(value: unknown, type: string): Parameter {
    const index = this.#values.push(value) - 1;
    const place = `$${index + 1}::${type}`;
    this.#declared.push(place);
    return { index, place };
  }
}
