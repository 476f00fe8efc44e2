import type { Queryable } from '../platform/index.js';
import type { Instant, Principal, ShopperId } from '../shared/index.js';
import type { Column } from './columns.rules.js';
import type { RowFault } from './file/row.js';

export const IMPORT_TYPES = ['shoppers', 'products', 'purchases', 'consents'] as const;
export type ImportTypeName = (typeof IMPORT_TYPES)[number];

/** What a row may be judged by besides itself. */
export interface RowContext {
  line: number;
  /** When the import began: what is said without a time is said then. */
  receivedAt: Instant;
  /** The file will be moved to now: its times may be of any time. */
  shiftsToNow: boolean;
  /** Who sent the file. */
  actor: Principal;
}

/**
 * A row that passed: its lines for the staging table, in COPY's text format, each beginning with `line`; `at` where
 * the file may be moved in time. Or the place in the item that is wrong, and why.
 */
export type StagedRow = { copy: string; at?: Instant } | (RowFault & { path: string });

/** A row that was left out. `row` is its text. */
export interface RejectedRow extends RowFault {
  line: number;
  row: string;
}

/** What one transaction of recording came to. */
export interface Step {
  /** Where the next one begins, in the words of the type. */
  position: string;
  /** Rows of the file that are recorded, or were on record before. */
  recorded: number;
  rejected: readonly RejectedRow[];
  /** What was made, by kind; added up over the import. */
  counts?: Readonly<Record<string, number>>;
}

/** One import while a worker records it. */
export interface Recording {
  readonly importId: string;
  /** The staging table, ready to be named in SQL. */
  readonly table: string;
  readonly position: string;
  readonly receivedAt: Instant;
  readonly shiftDays: number;
  readonly actor: Principal;
  /** The worker's own connection, without time limits; its statements are not kept prepared. */
  readonly connection: Queryable;
  /** Those of `ids` whose person was erased: nothing is recorded of them. */
  erased(tx: Queryable, ids: readonly ShopperId[]): Promise<ReadonlySet<ShopperId>>;
  /** Does `work` in one transaction on the own connection. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * Notes what a step came to, in the transaction that did it: after a crash recording goes on behind the last
   * step that was committed.
   *
   * @throws Error when another worker has gone on from there; the transaction must fail then
   */
  settle(tx: Queryable, step: Step): Promise<void>;
}

/**
 * One kind of file: what its columns are, what a row must be, and how staged rows are recorded. The rooms whose data
 * it is provide it; the engine around it knows files, staging, progress, resuming and rejected rows.
 */
export interface ImportType {
  readonly name: ImportTypeName;
  readonly columns: readonly Column[];
  /** An NDJSON object with this field is the contract's item; without it, it is flat like a row of CSV. */
  readonly itemField: string;
  /** Columns of the staging table behind `line`, as SQL. */
  readonly stagedColumns: string;
  /** The columns that rows are recorded by, as SQL; there is an index on them. */
  readonly order: string;
  /** The item of a flat row, of values in the order of `columns`. */
  itemOf(values: readonly unknown[]): unknown;
  stage(item: unknown, row: RowContext): StagedRow;
  /** Records the next step. */
  record(recording: Recording): Promise<'more' | 'all'>;
  /** Once all steps are done; begun again after a crash. */
  finish?(recording: Recording): Promise<void>;
}

/** Values as one line of COPY's text format. */
export function copyLine(values: readonly (string | number | null)[]): string {
  let line = '';
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (index > 0) line += '\t';
    if (value === null || value === undefined) line += '\\N';
    else if (typeof value === 'number') line += String(value);
    else line += SPECIAL.test(value) ? escaped(value) : value;
  }
  return `${line}\n`;
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escaped(value: string): string {
  return value.replace(/[\\\t\n\r]/g, (each) => ESCAPES[each] ?? each);
}
