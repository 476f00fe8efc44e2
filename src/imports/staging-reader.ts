import { DAY_MS, type Instant, type Principal } from '../shared/index.js';
import type { RowFault } from './file/row.js';
import { rowsOf, type FileFormat, type FileShape, type ItemRow } from './file/rows-of-file.js';
import type { ImportType, RejectedRow, StagedRow } from './import-type.js';

interface ReadFile {
  type: ImportType;
  format: FileFormat | undefined;
  shiftsToNow: boolean;
  receivedAt: Instant;
  actor: Principal;
}

/** Rejected rows are handed over so many at once. */
const REJECTED_AT_ONCE = 500;
/** COPY gets whole chunks: a write a row costs more than the row. */
const CHUNK_CHARACTERS = 65_536;

/** Rows of a file on their way to the staging table: the good ones as text for COPY, the bad ones put aside. */
export class StagingReader {
  rows = 0;
  stagedRows = 0;
  lastLine = 0;
  shape: FileShape | undefined;
  #latest = Number.NEGATIVE_INFINITY;
  #rejected: RejectedRow[] = [];

  constructor(
    private readonly file: ReadFile,
    private readonly reject: (rows: readonly RejectedRow[]) => Promise<void>,
  ) {}

  /** @throws FileFault when the file as a whole cannot be imported */
  async *copyText(text: AsyncIterable<string>): AsyncGenerator<string> {
    const { type, format } = this.file;
    let chunk = '';
    for await (const rows of rowsOf(text, type, format, (shape) => (this.shape = shape))) {
      for (const row of rows) chunk += this.#copyOf(row);
      if (this.#rejected.length >= REJECTED_AT_ONCE) await this.#handOver();
      if (chunk.length < CHUNK_CHARACTERS) continue;
      yield chunk;
      chunk = '';
    }
    await this.#handOver();
    if (chunk !== '') yield chunk;
  }

  /** Whole days to move the file by, so that its last day (UTC) becomes the day before `now`. */
  daysUntilYesterday(now: Instant): number {
    if (!Number.isFinite(this.#latest)) return 0;
    return Math.floor(now / DAY_MS) - 1 - Math.floor(this.#latest / DAY_MS);
  }

  #copyOf(row: ItemRow): string {
    const { line, text } = row;
    this.rows += 1;
    this.lastLine = line;
    if (!('value' in row)) return this.#putAside(line, text, row);
    const { shiftsToNow, receivedAt, actor, type } = this.file;
    const staged = type.stage(row.value, { line, receivedAt, shiftsToNow, actor });
    if (!('copy' in staged)) return this.#putAside(line, text, this.#placed(staged));
    this.stagedRows += 1;
    if (staged.at !== undefined && staged.at > this.#latest) this.#latest = staged.at;
    return staged.copy;
  }

  /** The fault with its place in the words of the file. */
  #placed({ code, detail, path }: Exclude<StagedRow, { copy: string }>): RowFault {
    const place = this.shape?.headings.get(path) ?? path;
    return { code, detail: place === '' ? detail : `${place}: ${detail}` };
  }

  #putAside(line: number, row: string, { code, detail }: RowFault): string {
    this.#rejected.push({ line, row, code, detail });
    return '';
  }

  async #handOver(): Promise<void> {
    const rejected = this.#rejected;
    this.#rejected = [];
    await this.reject(rejected);
  }
}
