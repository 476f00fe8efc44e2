import { Injectable } from '@nestjs/common';
import { OfferSink, type GrantedOffer } from '../decisions/index.js';
import { Clock } from '../platform/index.js';
import type { Instant } from '../shared/index.js';
import { PushJobs } from './push/push-jobs.js';
import { Receipts } from './receipts.js';
import { Phones } from './sockets/phones.js';
import { Stages } from './stages.js';

/**
 * Brings committed offers to phones at once: to sockets, and by push where there is none, or where no app acknowledges
 * within the offer's patience. A shopper without either finds theirs in the wallet, and is greeted with them.
 */
@Injectable()
export class Deliveries extends OfferSink {
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    private readonly phones: Phones,
    private readonly receipts: Receipts,
    private readonly pushes: PushJobs,
    private readonly stages: Stages,
    private readonly clock: Clock,
  ) {
    super();
  }

  take(offers: readonly GrantedOffer[]): void {
    // Whoever hands them on has just committed them.
    const committedAt = this.clock.now();
    for (const offer of offers) {
      this.stages.committed(offer.pending, committedAt);
      const delivered = this.#deliver(offer, committedAt).finally(() => this.#underWay.delete(delivered));
      this.#underWay.add(delivered);
    }
  }

  /** Resolves when nothing is on its way any more: at most the patience with an app that does not answer. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
    await this.receipts.written();
  }

  async #deliver({ pending, sent, patienceMs }: GrantedOffer, committedAt: Instant): Promise<void> {
    const { deliveryId, shopperId } = pending;
    const emittedAt = this.clock.now();
    if (emittedAt >= Date.parse(sent.expiresAt)) return;
    const reached = await this.phones.offer(shopperId, sent, patienceMs);
    if (reached !== 'acknowledged') this.pushes.start(deliveryId);
    if (reached === 'nobody') {
      this.receipts.add({ deliveryId, committedAt });
      return;
    }
    const acknowledgedAt = reached === 'acknowledged' ? this.clock.now() : undefined;
    this.receipts.add({ deliveryId, committedAt, emittedAt, acknowledgedAt });
    this.stages.emitted(pending, emittedAt);
    if (acknowledgedAt !== undefined) this.stages.acknowledged(pending, acknowledgedAt);
  }
}
