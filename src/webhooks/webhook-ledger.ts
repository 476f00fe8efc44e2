import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { Clock, Log, Metrics } from '../platform/index.js';
import { verdictOn, wordOf, type Attempt, type Verdict } from './retry.rules.js';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** An attempt that is over. */
interface Attempted {
  eventId: string;
  /** How many there were, this one included. */
  attempts: number;
  attempt: Attempt;
}

/** Writes down what became of attempts, and counts it. */
@Injectable()
export class WebhookLedger implements OnModuleInit {
  #attempts: Counter<'outcome' | 'why'> | undefined;

  constructor(
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly webhooks: WebhooksRepository,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    const registers = [this.metrics.registry];
    this.#attempts = new Counter({
      name: 'webhook_attempts_total',
      help: 'Attempts to tell a receiver of an event',
      labelNames: ['outcome', 'why'],
      registers,
    });
    const waiting: Gauge<'state'> = new Gauge({
      name: 'webhook_deliveries',
      help: 'Events that are to be told, and those that were given up',
      labelNames: ['state'],
      registers,
      collect: async () => {
        const counts = await this.deliveries.counts().catch(() => undefined);
        if (counts === undefined) return;
        waiting.set({ state: 'pending' }, counts.pending);
        waiting.set({ state: 'dead' }, counts.dead);
      },
    });
  }

  /** @returns what became of it */
  async settle(webhookId: string, { eventId, attempts, attempt }: Attempted): Promise<Verdict['is']> {
    const verdict = verdictOn(attempt, attempts, { now: this.clock.now(), roll: this.clock.roll() });
    const answer = wordOf(attempt);
    this.#attempts?.inc({ outcome: verdict.is, why: attempt.is === 'failed' ? attempt.why : '' });
    await this.deliveries.settle(webhookId, eventId, verdict, answer);
    if (verdict.is === 'gone') await this.webhooks.disable(webhookId);
    if (verdict.is === 'dead' || verdict.is === 'gone') {
      this.log.warn({ event: 'webhook.given-up', webhookId, eventId, answer });
    }
    return verdict.is;
  }

  drop(webhookId: string, eventId: string): Promise<void> {
    return this.deliveries.drop(webhookId, eventId);
  }
}
