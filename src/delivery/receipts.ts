import { Injectable } from '@nestjs/common';
import { Log, Outbox } from '../platform/index.js';
import { DeliveriesRepository, type Receipt } from './deliveries.repository.js';

/**
 * Writes receipts down, as many at a time as came in while the last were being written. One that is lost costs
 * no more than an offer that comes again.
 */
@Injectable()
export class Receipts {
  #waiting: Receipt[] = [];
  #writing: Promise<void> | undefined;

  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly outbox: Outbox,
    private readonly log: Log,
  ) {}

  add(receipt: Receipt): void {
    this.#waiting.push(receipt);
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
  }

  /** Resolves when all that was added is written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.repository.keepReceipts(batch);
        const acknowledged = batch.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined);
        await this.outbox.settle(acknowledged.map(({ deliveryId }) => deliveryId));
      } catch (error) {
        this.log.warn({ event: 'receipts.lost', count: batch.length, error });
      }
    }
  }
}
