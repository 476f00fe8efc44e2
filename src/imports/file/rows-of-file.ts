import {
  ColumnFinder,
  layoutOf,
  valuesOf,
  valuesOfObject,
  type Column,
  type Layout,
} from '../columns.rules.js';
import { CsvSplitter, delimiterOf } from './csv.rules.js';
import { NdjsonSplitter, type JsonObject } from './ndjson.rules.js';
import { FileFault } from './plain-text.js';
import { MAX_ROW_CHARACTERS, type FileRow, type RowSplitter } from './row.js';

export type FileFormat = 'csv' | 'ndjson';

/** How a type reads its rows. */
export interface RowReader {
  readonly columns: readonly Column[];
  readonly itemField: string;
  itemOf(values: readonly unknown[]): unknown;
}

/** What is learnt of a file at its first row. */
export interface FileShape {
  format: FileFormat;
  ignoredColumns: readonly string[];
  /** What the file calls a place of the item. */
  headings: ReadonlyMap<string, string>;
}

/** Rows as items, as many at once as a piece of text holds. */
export type ItemRow = FileRow<unknown>;

/** What bytes become that are no UTF-8. */
const REPLACED = '\ufffd';

/**
 * The rows of a file as items, in pieces.
 *
 * @param onShape told once, before the first rows
 * @throws FileFault when the header lacks a column, names one twice, or is none
 */
export async function* rowsOf(
  text: AsyncIterable<string>,
  reader: RowReader,
  format: FileFormat | undefined,
  onShape: (shape: FileShape) => void,
): AsyncGenerator<ItemRow[]> {
  let splitting: Splitting | undefined;
  let begun = '';
  for await (const piece of text) {
    if (splitting === undefined) {
      begun += piece;
      if (!begun.includes('\n') && begun.length <= MAX_ROW_CHARACTERS) continue;
      splitting = new Splitting(begun, reader, format, onShape);
      yield splitting.push(begun);
    } else {
      yield splitting.push(piece);
    }
  }
  if (splitting === undefined) {
    splitting = new Splitting(begun, reader, format, onShape);
    yield splitting.push(begun);
  }
  yield splitting.end();
}

/** A splitter of either format, with what makes items of its rows. */
class Splitting {
  readonly #splitter: RowSplitter<string[]> | RowSplitter<JsonObject>;
  readonly #finder: ColumnFinder;
  #layout: Layout | undefined;

  constructor(
    begun: string,
    private readonly reader: RowReader,
    format: FileFormat | undefined,
    private readonly onShape: (shape: FileShape) => void,
  ) {
    this.#finder = new ColumnFinder(reader.columns);
    if ((format ?? formatOf(begun)) === 'ndjson') {
      this.#splitter = new NdjsonSplitter();
      this.onShape({ format: 'ndjson', ignoredColumns: [], headings: new Map() });
    } else {
      this.#splitter = new CsvSplitter(delimiterOf(headerOf(begun)));
    }
  }

  push(text: string): ItemRow[] {
    return this.#items(this.#splitter.push(text), text.includes(REPLACED));
  }

  end(): ItemRow[] {
    return this.#items(this.#splitter.end(), true);
  }

  #items(rows: FileRow<string[] | JsonObject>[], mayBeSpoilt: boolean): ItemRow[] {
    const items: ItemRow[] = [];
    for (const row of rows) {
      const { line, text } = row;
      if (!('value' in row)) {
        if (this.#layout === undefined && this.#splitter instanceof CsvSplitter) {
          throw new FileFault(row.code, `line ${line}: the header: ${row.detail}`);
        }
        items.push(row);
      } else if (mayBeSpoilt && text.includes(REPLACED)) {
        items.push({
          line,
          text,
          code: 'malformed-encoding',
          detail: 'the row holds bytes that are not UTF-8',
        });
      } else if (!Array.isArray(row.value)) {
        items.push({ line, text, value: this.#itemOfObject(row.value) });
      } else if (this.#layout === undefined) {
        this.#layout = this.#header(row.value);
      } else {
        const values = valuesOf(row.value, this.#layout, this.reader.columns);
        items.push({ line, text, value: this.reader.itemOf(values) });
      }
    }
    return items;
  }

  #itemOfObject(row: JsonObject): unknown {
    if (Object.hasOwn(row, this.reader.itemField)) return row;
    return this.reader.itemOf(valuesOfObject(row, this.#finder, this.reader.columns));
  }

  #header(names: readonly string[]): Layout {
    const layout = layoutOf(names, this.reader.columns);
    if (!layout.ok) throw new FileFault(layout.why, layout.detail);
    const { ignored, headings } = layout.value;
    this.onShape({ format: 'csv', ignoredColumns: ignored, headings });
    return layout.value;
  }
}

/** What a file is that nobody has named: objects begin with a brace, and no header does. */
function formatOf(begun: string): FileFormat {
  const first = begun.trimStart()[0];
  if (first === '[')
    throw new FileFault('wrong-format', 'the file is a JSON list: expected one object a line');
  return first === '{' ? 'ndjson' : 'csv';
}

function headerOf(begun: string): string {
  const header = begun.trimStart().split('\n', 1)[0] ?? '';
  if (header.trimEnd().includes('\r')) {
    throw new FileFault('wrong-format', 'the lines end with a carriage return alone: expected line feeds');
  }
  return header;
}
