import { Injectable } from '@nestjs/common';
import { OfferSink, type GrantedOffer } from '../decisions/index.js';
import { Clock, Metrics, type Handled } from '../platform/index.js';
import { SECOND_MS, type DurableEvents, type Instant } from '../shared/index.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { Receipts } from './receipts.js';
import { Phones } from './sockets/phones.js';

/**
 * Brings committed offers to phones: at once, and from the outbox where a crash came between. A shopper without a
 * socket finds theirs in the wallet, and is greeted with them.
 */
@Injectable()
export class Deliveries extends OfferSink {
  readonly #underWay = new Set<Promise<void>>();
  readonly #stages;

  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly phones: Phones,
    private readonly receipts: Receipts,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {
    super();
    const { decisionStage } = metrics;
    this.#stages = {
      emitted: decisionStage.labels('emitted'),
      acknowledged: decisionStage.labels('acknowledged'),
    };
  }

  take(offers: readonly GrantedOffer[]): void {
    for (const offer of offers) {
      const delivered = this.#deliver(offer).finally(() => this.#underWay.delete(delivered));
      this.#underWay.add(delivered);
    }
  }

  /**
   * Handles `offer.granted`, due when whoever granted it has had its time to deliver. What went out to a socket is
   * not sent there again: an app that lost it with its connection is greeted with it when it comes back.
   */
  async redrive({ deliveryId }: DurableEvents['offer.granted']): Promise<Handled> {
    const delivery = await this.repository.find(deliveryId);
    const emittedAt = this.clock.now();
    const needless = delivery === undefined || delivery.emittedAt !== null || delivery.closedAt !== null;
    if (needless || emittedAt >= delivery.expiresAt) return 'done';
    const reached = await this.phones.offer(delivery.shopperId, delivery.offer);
    if (reached === 'nobody') return 'done';
    const acknowledgedAt = reached === 'acknowledged' ? this.clock.now() : undefined;
    this.receipts.add({ deliveryId, emittedAt, acknowledgedAt });
    return 'done';
  }

  /** Resolves when nothing is on its way any more: at most the patience with an app that does not answer. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
    await this.receipts.written();
  }

  async #deliver({ pending, sent }: GrantedOffer): Promise<void> {
    const { deliveryId, shopperId, receivedAt } = pending;
    const emittedAt = this.clock.now();
    if (emittedAt >= Date.parse(sent.expiresAt)) return;
    const reached = await this.phones.offer(shopperId, sent);
    if (reached === 'nobody') return;
    this.#time('emitted', receivedAt, emittedAt);
    const acknowledgedAt = reached === 'acknowledged' ? this.clock.now() : undefined;
    this.receipts.add({ deliveryId, emittedAt, acknowledgedAt });
    if (acknowledgedAt === undefined) return;
    this.#time('acknowledged', receivedAt, acknowledgedAt);
    if (pending.on === 'checkedIn') {
      this.metrics.checkinToPhone.observe((acknowledgedAt - receivedAt) / SECOND_MS);
    }
  }

  #time(stage: 'emitted' | 'acknowledged', from: Instant, to: Instant): void {
    this.#stages[stage].observe((to - from) / SECOND_MS);
  }
}
