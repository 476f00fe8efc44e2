import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Clock, Database, Outbox, Published } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import { rowsOf, type FileFormat } from './purchase-files.js';
import { copyLine, latestPurchase, stagedRow } from './purchase-row.rules.js';
import { PurchaseStaging } from './purchase-staging.js';

export interface PurchaseFile {
  /** Plain text: whoever opens a packed file unpacks it. */
  stream: Readable;
  format: FileFormat;
  /** Move everything by whole days, so that the last day of the file becomes yesterday. */
  shiftToNow: boolean;
  now: Instant;
  onProgress?: (progress: { rows: number }) => void;
  onRejected?: (rejected: RejectedRow) => void;
}

/** A row that was left out. */
export interface RejectedRow {
  line: number;
  code: string;
  detail: string;
}

/** What was new; the same file again adds nothing. */
export interface Imported {
  purchases: number;
  lines: number;
  shoppersMade: number;
  productsMade: number;
  rejected: number;
}

const PROGRESS_ROWS = 10_000;
/** COPY gets whole chunks: a write a row costs more than the row. */
const CHUNK_CHARACTERS = 65_536;

/**
 * Purchases from a file of any size in constant memory: through a staging table into the ledger, in one
 * transaction, making shoppers and products as they come. Insights then refold each shopper touched.
 */
@Injectable()
export class PurchaseImport {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly published: Published,
    private readonly clock: Clock,
  ) {}

  /** @throws Error when the file cannot be read, or its header lacks a column; nothing is imported then */
  async run(file: PurchaseFile): Promise<Imported> {
    let rejected = 0;
    const reject = (row: RejectedRow): void => {
      rejected += 1;
      file.onRejected?.(row);
    };
    const imported = await PurchaseStaging.within(this.database, async (staging) => {
      await staging.fill(copyChunks(file, reject));
      await staging.tx.run('BEGIN');
      const result = await this.#record(staging, file, reject);
      await staging.tx.run('COMMIT');
      return result;
    });
    this.outbox.filled();
    if (imported.productsMade > 0) await this.published.announce('catalogue');
    return { ...imported, rejected };
  }

  async #record(
    staging: PurchaseStaging,
    { shiftToNow, now }: PurchaseFile,
    reject: (row: RejectedRow) => void,
  ): Promise<Omit<Imported, 'rejected'>> {
    await staging.gatherBaskets();
    for (let lines = await staging.takeForeignLines(); lines.length > 0;) {
      for (const line of lines) {
        reject({ line, code: 'basket-differs', detail: 'basket_id: began with another shopper' });
      }
      lines = await staging.takeForeignLines();
    }
    if (shiftToNow) await staging.shiftTo(now);
    await staging.followMerges();
    const shoppersMade = await staging.makeShoppers();
    const productsMade = await staging.makeProducts();
    const written = await staging.record();
    if (productsMade > 0) await this.published.raise(staging.tx, 'catalogue');
    await this.#tell(staging);
    return { ...written, shoppersMade, productsMade };
  }

  /** One event a shopper, naming no purchase: it means that all of them are to be folded again. */
  async #tell(staging: PurchaseStaging): Promise<void> {
    let last = '';
    for (;;) {
      const page: ShopperId[] = await staging.touchedAfter(last);
      if (page.length === 0) return;
      await this.outbox.write(
        staging.tx,
        page.map((shopperId) => ({
          id: this.clock.newId(),
          event: 'purchase.recorded' as const,
          payload: { shopperId, purchaseIds: [] },
        })),
      );
      last = page.at(-1) ?? last;
    }
  }
}

async function* copyChunks(
  { stream, format, shiftToNow, now, onProgress }: PurchaseFile,
  reject: (row: RejectedRow) => void,
): AsyncGenerator<string> {
  const latest = latestPurchase(now, shiftToNow);
  let rows = 0;
  let chunk = '';
  for await (const read of rowsOf(stream, format)) {
    const { line } = read;
    rows += 1;
    if (rows % PROGRESS_ROWS === 0) onProgress?.({ rows });
    if ('fault' in read) {
      reject({ line, code: 'malformed', detail: read.fault });
      continue;
    }
    const staged = stagedRow(read.row, latest);
    if (!staged.ok) {
      reject({ line, code: staged.why, detail: staged.detail });
      continue;
    }
    chunk += copyLine(line, staged.value);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
  onProgress?.({ rows });
}
