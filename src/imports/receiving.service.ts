import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { from as copyFrom } from 'pg-copy-streams';
import { Audit } from '../access/index.js';
import { Database, Log, errorCode } from '../platform/index.js';
import type { Instant, Principal } from '../shared/index.js';
import { FileFault, plainText } from './file/plain-text.js';
import type { FileFormat } from './file/rows-of-file.js';
import type { ImportType } from './import-type.js';
import { ImportsRepository, stagingTable, type WholeFile } from './imports.repository.js';
import { OwnConnection } from './own-connection.js';
import { Rejections } from './rejections.repository.js';
import { StagingReader } from './staging-reader.js';

/** A file as it comes in. */
export interface IncomingFile {
  importId: string;
  type: ImportType;
  /** The bytes as they come; what is packed is unpacked here. */
  source: AsyncIterable<Buffer>;
  /** Undefined: the file tells. */
  format: FileFormat | undefined;
  shiftsToNow: boolean;
  receivedAt: Instant;
  actor: Principal;
  /** Whether to take the bytes' hash, to know the same file again. */
  isHashed: boolean;
  onProgress?: ((progress: { rows: number; bytes: number }) => void) | undefined;
}

/** How often it is noted how far a file is read; a file of which nothing is noted for a minute is given up. */
const NOTED_MS = 1_000;

/**
 * Takes a file in: through the checks, by COPY into a staging table of its own, in one transaction. When `receive`
 * returns, every good row and every bad one is on disk, and recording them can begin.
 */
@Injectable()
export class Receiving {
  constructor(
    private readonly database: Database,
    private readonly repository: ImportsRepository,
    private readonly rejections: Rejections,
    private readonly audit: Audit,
    private readonly log: Log,
  ) {}

  /** @returns false when the file came to nothing; the import is `failed` then and says why */
  async receive(file: IncomingFile): Promise<boolean> {
    const { importId } = file;
    const bytes = new CountedBytes(file.source, file.isHashed);
    const reader = new StagingReader(file, (rows) => this.rejections.add(this.database, importId, rows));
    const noted = setInterval(() => {
      const received = { bytes: bytes.count, rows: reader.rows, stagedRows: reader.stagedRows };
      file.onProgress?.(received);
      this.repository
        .progress(importId, received)
        .catch((error: unknown) => this.log.debug({ event: 'import.unnoted', importId, error }));
    }, NOTED_MS);
    try {
      await this.#stage(file, reader, bytes);
      return true;
    } catch (error) {
      await this.#giveUp(importId, error, reader);
      return false;
    } finally {
      clearInterval(noted);
      file.onProgress?.({ rows: reader.rows, bytes: bytes.count });
    }
  }

  async #stage(file: IncomingFile, reader: StagingReader, bytes: CountedBytes): Promise<void> {
    const { importId, type } = file;
    const table = stagingTable(importId);
    await OwnConnection.within(this.database, (own) =>
      own.transaction(async (tx) => {
        // It lives for one import: nothing is gained by keeping it vacuumed.
        await tx.run(
          `CREATE TABLE ${table} (line bigint NOT NULL, ${type.stagedColumns}) WITH (autovacuum_enabled = false)`,
        );
        // FREEZE: nobody else can see the table before all of it is there, so its rows need no second writing.
        const copy = own.client.query(copyFrom(`COPY ${table} FROM STDIN (FREEZE)`));
        await pipeline(reader.copyText(plainText(bytes)), copy);
        await this.repository.staged(tx, importId, this.#whole(file, reader, bytes));
        await this.audit.write(tx, {
          actor: file.actor,
          action: 'import.received',
          subject: `import:${importId}`,
          after: { type: type.name, rows: reader.rows, bytes: bytes.count },
        });
      }),
    );
  }

  #whole(file: IncomingFile, reader: StagingReader, bytes: CountedBytes): WholeFile {
    return {
      bytes: bytes.count,
      rows: reader.rows,
      stagedRows: reader.stagedRows,
      format: reader.shape?.format ?? 'csv',
      ignoredColumns: reader.shape?.ignoredColumns ?? [],
      shiftDays: file.shiftsToNow ? reader.daysUntilYesterday(file.receivedAt) : 0,
      bodyHash: bytes.digest(),
    };
  }

  async #giveUp(importId: string, error: unknown, reader: StagingReader): Promise<void> {
    const { code, reason } = reasonOf(error);
    if (code === 'failed') this.log.error({ event: 'import.failed', importId, error });
    const where = reader.rows > 0 ? `${reason} (line ${reader.lastLine})` : reason;
    await this.repository.failed(importId, code, where);
    await this.repository.releaseKey(importId);
  }
}

/** What the sender is told of why a file came to nothing. */
function reasonOf(error: unknown): { code: string; reason: string } {
  if (error instanceof FileFault) return { code: error.code, reason: error.message };
  const code = errorCode(error);
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return { code: 'interrupted', reason: 'the file broke off: send it again' };
  }
  return { code: 'failed', reason: 'it could not be received: see the log of the server' };
}

/** The bytes of a file, counted on their way. */
class CountedBytes implements AsyncIterable<Buffer> {
  count = 0;
  readonly #hash: ReturnType<typeof createHash> | undefined;

  constructor(
    private readonly source: AsyncIterable<Buffer>,
    isHashed: boolean,
  ) {
    this.#hash = isHashed ? createHash('sha256') : undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for await (const chunk of this.source) {
      this.count += chunk.length;
      this.#hash?.update(chunk);
      yield chunk;
    }
  }

  digest(): Buffer | undefined {
    return this.#hash?.digest();
  }
}

/** The hash of a body that is read for nothing else. */
export async function hashOf(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of source) hash.update(chunk);
  return hash.digest();
}
