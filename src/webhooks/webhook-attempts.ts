import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../platform/index.js';
import type { Instant } from '../shared/index.js';
import { Happenings } from './happenings.repository.js';
import { cloudEvent, headersOf } from './message.rules.js';
import type { Verdict } from './retry.rules.js';
import { WebhookSender } from './sender.js';
import { WebhookLedger } from './webhook-ledger.js';
import type { DeliveryRow } from './webhook-deliveries.repository.js';
import { Webhooks } from './webhooks.service.js';
import type { WebhookRow } from './webhooks.repository.js';

/** One attempt to tell one receiver of one event. */
@Injectable()
export class WebhookAttempts {
  constructor(
    private readonly happenings: Happenings,
    private readonly webhooks: Webhooks,
    private readonly sender: WebhookSender,
    private readonly ledger: WebhookLedger,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @returns what became of it; undefined where there is nothing to tell any more */
  async make(webhook: WebhookRow, delivery: DeliveryRow, now: Instant): Promise<Verdict['is'] | undefined> {
    const { event_id: eventId, type, about, occurred_at: occurredAt, attempts } = delivery;
    const data = await this.happenings.dataOf(type, about);
    if (data === undefined) {
      await this.ledger.drop(webhook.webhook_id, eventId);
      return undefined;
    }
    const body = cloudEvent({ eventId, type, about, occurredAt, data }, this.settings.publicUrl);
    const headers = headersOf(eventId, body, this.webhooks.secretOf(webhook), now);
    const attempt = await this.sender.post({ url: webhook.url, headers, body });
    return this.ledger.settle(webhook.webhook_id, { eventId, attempts, attempt });
  }
}
