import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Recorder, type ImportType, type Recording, type RejectedRow } from '../../imports/index.js';
import { Clock, Outbox, Published } from '../../platform/index.js';
import { PurchaseChunk, type Gathered, type Range } from './purchase-chunk.js';
import { dropTouched, takeTouched } from './touched-shoppers.js';
import { columns, itemOf, stage, STAGED_COLUMNS } from './purchase-file.rules.js';

/** Lines recorded in one transaction: large enough that its fixed costs vanish, small enough to wait behind. */
const LINES_AT_ONCE = 20_000;
const SHOPPERS_AT_ONCE = 1_000;

/**
 * Files of purchases: each row is a line of a purchase, or in NDJSON an item of `POST /v1/purchases`. Recorded in the
 * order of the purchases' ids, so that a purchase whose lines are spread over the file is written whole, and the
 * indexes are filled in their own order. Shoppers and products are made as they come; insights fold each shopper
 * touched once, at the end.
 */
@Injectable()
export class PurchaseImport implements ImportType, OnModuleInit {
  readonly name = 'purchases';
  readonly columns = columns;
  readonly itemField = 'lines';
  readonly stagedColumns = STAGED_COLUMNS;
  readonly order = 'purchase_id, line, sub';
  readonly itemOf = itemOf;
  readonly stage = stage;

  constructor(
    private readonly recorder: Recorder,
    private readonly outbox: Outbox,
    private readonly published: Published,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.recorder.provide(this);
  }

  async record(recording: Recording): Promise<'more' | 'all'> {
    const { connection, table, position } = recording;
    await PurchaseChunk.prepare(connection, table);
    const range = await PurchaseChunk.next(connection, table, position, LINES_AT_ONCE);
    if (range === undefined) return 'all';
    const made = await this.#step(recording, range);
    if (made > 0) await this.published.announce('catalogue');
    return 'more';
  }

  /** @returns how many products it made */
  #step(recording: Recording, range: Range): Promise<number> {
    return recording.transaction(async (tx) => {
      const chunk = new PurchaseChunk(tx, recording, range);
      const { taken, fileRows, hasFaults, known } = await sorted(chunk);
      await chunk.followMerges();
      const strangers = await chunk.keepShoppers();
      const erased = await recording.erased(tx, strangers);
      if (erased.size > 0) await chunk.leaveOut([...erased]);
      const shoppersMade = strangers.length > erased.size ? await chunk.makeShoppers() : 0;
      const productsMade = await chunk.makeProducts();
      const written = await chunk.record();
      const refused = hasFaults || known > 0 || erased.size > 0 ? await chunk.refused() : [];
      if (productsMade > 0) await this.published.raise(tx, 'catalogue');
      await recording.settle(tx, {
        position: range.to,
        recorded: fileRows + taken.same - refused.length,
        rejected: [...taken.rejected, ...refused],
        counts: { ...written, shoppersMade, productsMade },
      });
      return productsMade;
    });
  }

  /** One event a shopper, naming no purchase: it means that all of them are to be folded again. */
  async finish(recording: Recording): Promise<void> {
    const { connection, table } = recording;
    await PurchaseChunk.prepare(connection, table);
    for (;;) {
      const told = await recording.transaction(async (tx) => {
        const shopperIds = await takeTouched(tx, table, SHOPPERS_AT_ONCE);
        await this.outbox.write(
          tx,
          shopperIds.map((shopperId) => ({
            id: this.clock.newId(),
            event: 'purchase.recorded' as const,
            payload: { shopperId, purchaseIds: [] },
          })),
        );
        return shopperIds;
      });
      if (told.length === 0) break;
      this.outbox.filled();
    }
    await dropTouched(connection, table);
  }
}

interface TakenOut {
  rejected: RejectedRow[];
  same: number;
}

/** Gathers a chunk, and takes out first what must not be recorded with the rest of its purchase. */
async function sorted(chunk: PurchaseChunk): Promise<Gathered & { taken: TakenOut }> {
  const gathered = await chunk.gather();
  const { hasStrangers, isRepeated } = gathered;
  if (!hasStrangers && !isRepeated) return { ...gathered, taken: { rejected: [], same: 0 } };
  const repeated = isRepeated ? await chunk.takeRepeated() : { rejected: [], same: 0 };
  const strangers = hasStrangers ? await chunk.takeStrangers() : [];
  const taken = { rejected: [...repeated.rejected, ...strangers], same: repeated.same };
  return { ...(await chunk.gather()), taken };
}
