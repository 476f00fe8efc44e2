import { parse } from 'secure-json-parse';
import { MAX_ROW_CHARACTERS, type FileRow, type RowFault, type RowSplitter } from './row.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Rows of NDJSON: a JSON object a line; empty lines are skipped. */
export class NdjsonSplitter implements RowSplitter<JsonObject> {
  #rest = '';
  #line = 1;
  #skipping = false;

  push(text: string): FileRow<JsonObject>[] {
    const rows: FileRow<JsonObject>[] = [];
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!this.#skipping && line.trim() !== '') rows.push(this.#row(line));
      this.#skipping = false;
      this.#line += 1;
    }
    if (this.#rest.length > MAX_ROW_CHARACTERS) {
      if (!this.#skipping) rows.push(this.#row(this.#rest));
      this.#skipping = true;
    }
    if (this.#skipping) this.#rest = '';
    return rows;
  }

  end(): FileRow<JsonObject>[] {
    return this.#rest.trim() === '' || this.#skipping ? [] : [this.#row(this.#rest)];
  }

  #row(text: string): FileRow<JsonObject> {
    const line = this.#line;
    if (text.length > MAX_ROW_CHARACTERS) {
      return {
        line,
        text: text.slice(0, 1_000),
        code: 'too-large',
        detail: 'the row is longer than 1 MiB',
      };
    }
    const read = objectOf(text);
    return 'value' in read ? { line, text, value: read.value } : { line, text, ...read };
  }
}

function objectOf(text: string): { value: JsonObject } | RowFault {
  try {
    const value: unknown = parse(text, { protoAction: 'error', constructorAction: 'error' });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { value: value as JsonObject };
    }
    return { code: 'malformed', detail: 'expected a JSON object' };
  } catch (error) {
    return { code: 'malformed', detail: error instanceof Error ? error.message.slice(0, 200) : 'not JSON' };
  }
}
