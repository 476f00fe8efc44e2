import { PassThrough, type Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import {
  Answer,
  badRequest,
  Clock,
  decodeCursor,
  notFound,
  pageFrom,
  Problem,
  unavailable,
  type Page,
} from '../platform/index.js';
import { toRfc3339, type Instant, type Principal } from '../shared/index.js';
import type { FileFormat } from './file/rows-of-file.js';
import type { ImportAnswer } from './import.dto.js';
import type { ImportTypeName } from './import-type.js';
import { ImportsRepository, type ImportRow } from './imports.repository.js';
import { percentOf } from './progress.rules.js';
import { hashOf, Receiving } from './receiving.service.js';
import { Recorder } from './recorder.service.js';
import { Rejections } from './rejections.repository.js';
import { headOf, writtenAs, type RejectionFormat } from './rejections.rules.js';

/** A file that somebody sends. */
export interface SentFile {
  type: ImportTypeName;
  source: AsyncIterable<Buffer>;
  format: FileFormat | undefined;
  totalBytes: number | undefined;
  idempotencyKey?: string | undefined;
  shiftsToNow?: boolean;
  actor: Principal;
  receivedAt: Instant;
  onProgress?: (progress: { rows: number; bytes: number }) => void;
}

/** Each holds a connection for as long as its sender takes. */
const MAX_AT_ONCE = 4;
const SHOWN = 100;
const PAGE = 1_000;

/** Files on their way into the house, and what became of them. */
@Injectable()
export class Imports {
  #receiving = 0;

  constructor(
    private readonly repository: ImportsRepository,
    private readonly rejected: Rejections,
    private readonly receiver: Receiving,
    private readonly recorder: Recorder,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes a file in. When this returns, all of it is on disk and a worker will record it, whatever happens; or the
   * import has failed and says why.
   *
   * @throws Problem 503 while too many files come in, 409 or 422 for an `Idempotency-Key` that is in use
   */
  async receive(file: SentFile): Promise<{ importId: string; isReplayed: boolean }> {
    if (this.#receiving >= MAX_AT_ONCE) {
      throw unavailable(`${MAX_AT_ONCE} files are coming in: send this one when one of them is done`, 10);
    }
    this.#receiving += 1;
    try {
      const importId = this.clock.newId();
      const { type, actor, totalBytes, idempotencyKey, receivedAt: startedAt } = file;
      const begun = { importId, type, actor, totalBytes, idempotencyKey, startedAt };
      if (!(await this.repository.begin(begun))) return await this.#replay(file);
      await this.receiver.receive({
        importId,
        type: this.recorder.type(type),
        source: file.source,
        format: file.format,
        shiftsToNow: file.shiftsToNow ?? false,
        receivedAt: startedAt,
        actor,
        isHashed: idempotencyKey !== undefined,
        onProgress: file.onProgress,
      });
      this.recorder.wake();
      return { importId, isReplayed: false };
    } finally {
      this.#receiving -= 1;
    }
  }

  /** @throws Problem 404 */
  async shown(importId: string): Promise<ImportAnswer> {
    const row = await this.repository.find(importId);
    if (row === undefined) throw notFound('import');
    return this.#shown(row);
  }

  async list({ limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<Page<ImportAnswer>> {
    const before = decodeCursor(cursor, 1)?.[0];
    const rows = await this.repository.list(before === undefined ? undefined : String(before), limit + 1);
    const page = pageFrom(
      rows,
      limit,
      ({ import_id: id }) => [id],
      (row) => row,
    );
    return { ...page, items: await Promise.all(page.items.map((row) => this.#shown(row))) };
  }

  /** All rejected rows that are kept, as a file that is made while it is read. @throws Problem 404 */
  async rejections(importId: string, format: RejectionFormat): Promise<Readable> {
    if ((await this.repository.find(importId)) === undefined) throw notFound('import');
    const file = new PassThrough();
    const write = async (): Promise<void> => {
      for await (const text of this.rejectionsText(importId, format)) {
        if (!file.write(text)) await new Promise((resolve) => file.once('drain', resolve));
      }
      file.end();
    };
    write().catch((error: unknown) => file.destroy(error as Error));
    return file;
  }

  async *rejectionsText(importId: string, format: RejectionFormat): AsyncGenerator<string> {
    yield headOf(format);
    let after = { line: -1, id: 0 };
    for (;;) {
      const rows = await this.rejected.list(importId, after, PAGE);
      yield rows.map((row) => writtenAs(format, row)).join('');
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last;
    }
  }

  /** The same file again under its key: what became of it the first time. */
  async #replay({ source, actor, type, idempotencyKey = '' }: SentFile): Promise<{
    importId: string;
    isReplayed: boolean;
  }> {
    const first = await this.repository.byKey(actor, idempotencyKey);
    if (first === undefined || first.state === 'receiving') {
      const detail = 'The first file with this Idempotency-Key is still coming in, or has just failed.';
      throw new Problem(409, 'idempotency-key-in-use', detail, { retryAfterSeconds: 1 });
    }
    const hash = await hashOf(source);
    if (first.type !== type || first.body_hash?.equals(hash) !== true) {
      const detail = 'This Idempotency-Key came before with another file.';
      throw new Problem(422, 'idempotency-key-reused', detail);
    }
    return { importId: first.import_id, isReplayed: true };
  }

  async #shown(row: ImportRow): Promise<ImportAnswer> {
    const { import_id: importId } = row;
    const items = row.rejected === 0 ? [] : await this.#firstRejections(importId);
    return {
      importId,
      type: row.type,
      state: row.state,
      ...(row.format !== null && { format: row.format }),
      percent: percentOf({
        state: row.state,
        totalBytes: row.total_bytes ?? undefined,
        receivedBytes: row.received_bytes,
        stagedRows: row.staged_rows,
        recordedRows: row.recorded_rows,
      }),
      receivedBytes: row.received_bytes,
      ...(row.total_bytes !== null && { totalBytes: row.total_bytes }),
      rows: row.rows,
      accepted: row.recorded_rows,
      rejected: { count: row.rejected, items, url: `/v1/imports/${importId}/rejected` },
      counts: row.counts,
      ignoredColumns: row.ignored_columns,
      ...(row.reason !== null && { reason: { code: row.reason_code ?? 'failed', detail: row.reason } }),
      startedAt: toRfc3339(row.started_at),
      ...(row.staged_at !== null && { stagedAt: toRfc3339(row.staged_at) }),
      ...(row.finished_at !== null && { finishedAt: toRfc3339(row.finished_at) }),
    };
  }

  async #firstRejections(importId: string): Promise<ImportAnswer['rejected']['items']> {
    const rows = await this.rejected.list(importId, { line: -1, id: 0 }, SHOWN);
    return rows.map(({ line, code, detail }) => ({ line, code, detail }));
  }
}

const FORMATS: ReadonlyMap<string, FileFormat | undefined> = new Map<string, FileFormat | undefined>([
  ['text/csv', 'csv'],
  ['application/csv', 'csv'],
  ['text/tab-separated-values', 'csv'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/x-jsonlines', 'ndjson'],
  ['application/json-lines', 'ndjson'],
  ['application/gzip', undefined],
  ['application/x-gzip', undefined],
  ['application/octet-stream', undefined],
  ['application/x-www-form-urlencoded', undefined],
  ['text/plain', undefined],
]);

/**
 * What a content type says of the rows; undefined where it leaves it to the file (`curl --data-binary` sends forms).
 *
 * @throws Problem 415 for what is none of these
 */
export function formatOfType(contentType: string | undefined): FileFormat | undefined {
  const type = (contentType ?? 'application/octet-stream').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (FORMATS.has(type)) return FORMATS.get(type);
  throw new Problem(
    415,
    'unsupported-media-type',
    `Content-Type ${type.slice(0, 100)}: expected text/csv, application/x-ndjson or application/gzip.`,
  );
}

/** @throws Problem 415: what is packed as gzip is known by its own first bytes, anything else is not unpacked */
export function checkEncoding(encoding: string | undefined): void {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (['', 'identity', 'gzip', 'x-gzip'].includes(name)) return;
  throw new Problem(
    415,
    'unsupported-encoding',
    `Content-Encoding ${name.slice(0, 64)}: expected gzip or none.`,
  );
}

/** @throws Problem 400 */
export function keyOf(header: string | string[] | undefined): string | undefined {
  const key = Array.isArray(header) ? header[0] : header;
  if (key === undefined || key === '') return undefined;
  if (key.length > 255) throw badRequest('invalid-request', 'Idempotency-Key: at most 255 characters.');
  return key;
}

/** 202 with where to look on. */
export function acceptedAnswer(shown: ImportAnswer, isReplayed: boolean): Answer {
  return new Answer(shown, {
    status: 202,
    headers: {
      Location: `/v1/imports/${shown.importId}`,
      ...(isReplayed && { 'Idempotency-Replayed': 'true' }),
    },
  });
}
