import { Injectable } from '@nestjs/common';
import { Clock, Log, Rounds } from '../platform/index.js';
import { WebhookAttempts } from './webhook-attempts.js';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { WebhooksRepository, type WebhookRow } from './webhooks.repository.js';

const ROUND_MS = 500;
/** So many are under way to one receiver from one process. */
const AT_ONCE = 8;

/**
 * Brings to each receiver what is due, in its own time: one that hangs holds up what is for itself and nothing else.
 * Any worker takes what it likes, by lease.
 */
@Injectable()
export class WebhookRounds {
  /** Receivers that something is under way to. */
  readonly #busy = new Map<string, Promise<void>>();
  readonly #rounds = new Rounds(
    ROUND_MS,
    () => this.#begin(),
    (error) => this.log.warn({ event: 'webhooks.unreachable', error }),
  );

  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly attempts: WebhookAttempts,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#rounds.start();
  }

  /** Finishes the attempts under way. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
    await Promise.all(this.#busy.values());
  }

  async #begin(): Promise<void> {
    for (const webhook of await this.webhooks.due()) {
      const { webhook_id: webhookId } = webhook;
      if (this.#busy.has(webhookId)) continue;
      const work = this.#workOff(webhook)
        .catch((error: unknown) => this.log.warn({ event: 'webhook.not-worked-off', webhookId, error }))
        .finally(() => this.#busy.delete(webhookId));
      this.#busy.set(webhookId, work);
    }
  }

  async #workOff(webhook: WebhookRow): Promise<void> {
    while (!this.#rounds.isStopped) {
      const due = await this.deliveries.lease(webhook.webhook_id, AT_ONCE);
      const verdicts = await Promise.all(
        due.map((delivery) => this.attempts.make(webhook, delivery, this.clock.now())),
      );
      if (due.length < AT_ONCE || verdicts.includes('gone')) return;
    }
  }
}
