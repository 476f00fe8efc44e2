import type { z } from 'zod';
import { faultsOf, type Queryable, type Rejection, type Sorted } from '../platform/index.js';
import type { Instant, Principal } from '../shared/index.js';
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

/** Items as a bulk door takes them, with what the door would know of the request. */
export interface ItemBatch<Item> {
  batch: Sorted<Item>;
  principal: Principal;
  receivedAt: Instant;
  /** To be called once at the end of the transaction that writes, with all that is refused. */
  within: (tx: Queryable, rejected: readonly Rejection[]) => Promise<void>;
}

export interface ItemImportSpec<Schema extends z.ZodType> {
  name: ImportTypeName;
  columns: readonly Column[];
  itemField: string;
  /** The schema of the door: what it refuses there it refuses here, by the same code. */
  schema: Schema;
  /** Completes the item of a flat row with what only a flat row leaves out. */
  completed?: (item: Record<string, unknown>) => unknown;
  /** What the row says when it says it without a time. */
  dated?: (item: z.output<Schema>, receivedAt: Instant) => z.output<Schema>;
  /** What may come only once in a file; the first stands. Without it all are taken in the order of their lines. */
  keyOf?: (item: z.output<Schema>) => string;
  /** The bulk door behind its schema. */
  write: (items: ItemBatch<z.output<Schema>>) => Promise<unknown>;
}

interface StagedItem {
  line: number;
  key: string;
  item: string;
}

/** As many as a bulk door takes: its statements are made for so many. */
const ITEMS_AT_ONCE = 1_000;

/** An import whose rows are each one item of a bulk door: it goes through that door, a batch a transaction. */
export class ItemImport<Schema extends z.ZodType> implements ImportType {
  readonly name: ImportTypeName;
  readonly columns: readonly Column[];
  readonly itemField: string;
  readonly stagedColumns = 'key text COLLATE "C" NOT NULL, item text NOT NULL';
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
    const outcome = checked(this.spec.schema, item);
    if (!('value' in outcome)) return outcome;
    const { dated, keyOf } = this.spec;
    const value = dated?.(outcome.value, receivedAt) ?? outcome.value;
    return { copy: copyLine([line, keyOf?.(value) ?? '', JSON.stringify(value)]) };
  }

  async record(recording: Recording): Promise<'more' | 'all'> {
    const [lastKey, lastLine] = placeOf(recording.position);
    const rows = await recording.connection.query<StagedItem>(
      `SELECT line, key, item FROM ${recording.table}
       WHERE (key, line) > ($1, $2) ORDER BY key, line LIMIT ${ITEMS_AT_ONCE}`,
      [lastKey, lastLine],
    );
    const last = rows.at(-1);
    if (last === undefined) return 'all';
    const { batch, repeated } = this.#sorted(rows, lastKey);
    const within = (tx: Queryable, refused: readonly Rejection[]): Promise<void> => {
      const rejected = refused.map(({ index, code, detail }) => ({
        ...rejectedOf(rows[index]),
        code,
        detail,
      }));
      return recording.settle(tx, {
        position: JSON.stringify([last.key, last.line]),
        recorded: rows.length - repeated.length - rejected.length,
        rejected: [...repeated, ...rejected],
      });
    };
    if (batch.good.length === 0) await recording.transaction((tx) => within(tx, []));
    else {
      const { actor: principal, receivedAt } = recording;
      await this.spec.write({ batch, principal, receivedAt, within });
    }
    return 'more';
  }

  /** Rows come by key: what repeats one stands right behind it. */
  #sorted(
    rows: readonly StagedItem[],
    lastKey: string,
  ): { batch: Sorted<z.output<Schema>>; repeated: RejectedRow[] } {
    const batch: Sorted<z.output<Schema>> = { good: [], rejected: [] };
    const repeated: RejectedRow[] = [];
    let before = lastKey;
    rows.forEach((row, index) => {
      if (row.key !== '' && row.key === before) {
        repeated.push({
          ...rejectedOf(row),
          code: 'duplicate-in-batch',
          detail: 'an earlier line of this file already says it',
        });
      } else {
        batch.good.push({ index, value: JSON.parse(row.item) as z.output<Schema> });
      }
      before = row.key;
    });
    return { batch, repeated };
  }
}

/** What a schema says of an item: its value, or the first fault, where and why. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  item: unknown,
): { value: z.output<Schema> } | (RowFault & { path: string }) {
  const result = schema.safeParse(item);
  if (result.success) return { value: result.data };
  const faults = faultsOf(result.error, item, '');
  const fault = faults.find(({ code }) => code === 'unknown-field') ?? faults[0];
  return fault ?? { path: '', code: 'invalid', detail: 'not valid' };
}

/** A row that was read well is told as it was understood. */
function rejectedOf(row: StagedItem | undefined): Pick<RejectedRow, 'line' | 'row'> {
  return { line: row?.line ?? 0, row: row?.item ?? '' };
}

function placeOf(position: string): [key: string, line: number] {
  return position === '' ? ['', -1] : (JSON.parse(position) as [string, number]);
}
