import type { z } from 'zod';
import { faultsOf, type Queryable } from '../platform/index.js';
import type { Instant, Principal, ShopperId } from '../shared/index.js';
import { nested, type Column } from './columns.rules.js';
import type { RowFault } from './file/row.js';
import {
  copyLine,
  type ImportType,
  type ImportTypeName,
  type Recording,
  type RejectedRow,
  type RowContext,
  type StagedRow,
} from './import-type.js';

/**
 * Some thousand rows in the transaction that records them. They lie in the temporary table `items`: `line`, `id` (the
 * item's own), `item` (jsonb), and `is_known` and `is_apart`, false, for whoever writes them to mark.
 */
export interface ItemStep {
  tx: Queryable;
  principal: Principal;
  receivedAt: Instant;
  erased: (ids: readonly ShopperId[]) => Promise<ReadonlySet<ShopperId>>;
}

/** What came of a step. */
export interface Written {
  refused: readonly (RowFault & { line: number })[];
  /** Done after the commit. */
  announce?: () => unknown;
}

export interface ItemImportSpec<Schema extends z.ZodType> {
  name: ImportTypeName;
  columns: readonly Column[];
  itemField: string;
  /** What an item is the item of; it may be in a file more than once. */
  idField: string;
  /** The schema of the door: what it refuses there it refuses here, by the same code. */
  schema: Schema;
  /** Accepts most good items at once, and what it does not know leaves to the schema (`quickly`). */
  quick: (item: unknown) => z.output<Schema> | undefined;
  /** Completes the item of a flat row with what only a flat row leaves out. */
  completed?: (item: Record<string, unknown>) => unknown;
  /** What the row says when it says it without a time. */
  dated?: (item: z.output<Schema>, receivedAt: Instant) => z.output<Schema>;
  /** What may come only once in a file; the first stands. Without it all are taken in the order of their lines. */
  keyOf?: (item: z.output<Schema>) => string;
  /** The door's rules behind its schema, for the rows of a step at once. */
  write: (step: ItemStep) => Promise<Written>;
}

interface Place {
  key: string;
  line: number;
}

/** Large enough that a step's fixed costs vanish, small enough to wait behind. */
const ITEMS_AT_ONCE = 10_000;

/** An import whose rows are each one item of a bulk door: recorded by that door's rules, by the set. */
export class ItemImport<Schema extends z.ZodType> implements ImportType {
  readonly name: ImportTypeName;
  readonly columns: readonly Column[];
  readonly itemField: string;
  readonly stagedColumns = 'key text COLLATE "C" NOT NULL, item jsonb NOT NULL';
  readonly order = 'key, line';

  constructor(private readonly spec: ItemImportSpec<Schema>) {
    this.name = spec.name;
    this.columns = spec.columns;
    this.itemField = spec.itemField;
  }

  itemOf(values: readonly unknown[]): unknown {
    const item = nested(values, this.columns);
    return this.spec.completed?.(item) ?? item;
  }

  stage(item: unknown, { line, receivedAt }: RowContext): StagedRow {
    const { schema, quick, dated, keyOf } = this.spec;
    const outcome = checked(schema, item, quick);
    if (!('value' in outcome)) return outcome;
    const value = dated?.(outcome.value, receivedAt) ?? outcome.value;
    return { copy: copyLine([line, keyOf?.(value) ?? '', JSON.stringify(value)]) };
  }

  async record(recording: Recording): Promise<'more' | 'all'> {
    const { connection, table, actor: principal, receivedAt } = recording;
    const [key, line] = placeOf(recording.position);
    await connection.run(
      `CREATE TEMP TABLE IF NOT EXISTS items (line bigint NOT NULL, id text NOT NULL, item jsonb NOT NULL,
         is_known boolean NOT NULL DEFAULT false, is_apart boolean NOT NULL DEFAULT false) ON COMMIT DELETE ROWS`,
    );
    const [last] = await connection.query<Place>(
      `SELECT key, line::int8 AS line FROM (
         SELECT key, line FROM ${table} WHERE (key, line) > ($1, $2) ORDER BY key, line LIMIT ${ITEMS_AT_ONCE}) AS step
       ORDER BY key DESC, line DESC LIMIT 1`,
      [key, line],
    );
    if (last === undefined) return 'all';
    const range = [key, line, last.key, last.line];
    const announce = await recording.transaction(async (tx) => {
      const taken = await this.#take(tx, table, range);
      const { refused, announce } = await this.spec.write({
        tx,
        principal,
        receivedAt,
        erased: (ids) => recording.erased(tx, ids),
      });
      const rejected = [...(await this.#repeated(tx, table, range)), ...(await told(tx, refused))];
      await recording.settle(tx, {
        position: JSON.stringify([last.key, last.line]),
        recorded: taken - refused.length,
        rejected,
      });
      return announce;
    });
    await announce?.();
    return 'more';
  }

  /** Lays out the rows of a step; of those with one key the first. */
  #take(tx: Queryable, table: string, range: readonly unknown[]): Promise<number> {
    const isFirst = this.spec.keyOf === undefined ? 'true' : IS_FIRST;
    return tx.run(
      `INSERT INTO items (line, id, item)
       SELECT line, item ->> '${this.spec.idField}', item
       FROM (SELECT line, item::jsonb AS item, ${isFirst} AS is_first FROM ${table} WHERE ${IN_RANGE}) AS step
       WHERE is_first ORDER BY line`,
      range,
    );
  }

  async #repeated(tx: Queryable, table: string, range: readonly unknown[]): Promise<RejectedRow[]> {
    if (this.spec.keyOf === undefined) return [];
    return tx.query<RejectedRow>(
      `SELECT line::int8 AS line, 'duplicate-in-batch' AS code, 'an earlier line of this file already says it' AS detail,
              item::text AS row
       FROM (SELECT line, item, ${IS_FIRST} AS is_first FROM ${table} WHERE ${IN_RANGE}) AS step
       WHERE NOT is_first`,
      range,
    );
  }
}

const IN_RANGE = '(key, line) > ($1, $2) AND (key, line) <= ($3, $4)';
/** The step before may have ended between two rows of one key. */
const IS_FIRST = 'key <> $1 AND row_number() OVER (PARTITION BY key ORDER BY line) = 1';

/** A row that was read well is told as it was understood. */
async function told(tx: Queryable, refused: Written['refused']): Promise<RejectedRow[]> {
  if (refused.length === 0) return [];
  return tx.query<RejectedRow>(
    `SELECT line::int8 AS line, code, detail, item::text AS row
     FROM items JOIN unnest($1::int8[], $2::text[], $3::text[]) AS refused (line, code, detail) USING (line)`,
    [refused.map(({ line }) => line), refused.map(({ code }) => code), refused.map(({ detail }) => detail)],
  );
}

/** What a schema says of an item: its value, or the first fault, where and why. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  item: unknown,
  quick: (item: unknown) => z.output<Schema> | undefined,
): { value: z.output<Schema> } | (RowFault & { path: string }) {
  const accepted = quick(item);
  if (accepted !== undefined) return { value: accepted };
  const result = schema.safeParse(item);
  if (result.success) return { value: result.data };
  const faults = faultsOf(result.error, item, '');
  const fault = faults.find(({ code }) => code === 'unknown-field') ?? faults[0];
  return fault ?? { path: '', code: 'invalid', detail: 'not valid' };
}

function placeOf(position: string): [key: string, line: number] {
  return position === '' ? ['', -1] : (JSON.parse(position) as [string, number]);
}
