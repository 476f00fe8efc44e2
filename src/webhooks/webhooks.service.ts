import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Audit } from '../access/index.js';
import {
  Clock,
  conflict,
  decodeCursor,
  notFound,
  pageFrom,
  Problem,
  Sealing,
  SETTINGS,
  type Page,
  type Settings,
} from '../platform/index.js';
import { principalName, toRfc3339, type Principal } from '../shared/index.js';
import { urlFault, type AddressFault } from './address.rules.js';
import { secretFrom } from './message.rules.js';
import {
  WebhookDeliveriesRepository,
  type DeliveryRow,
  type DeliveryState,
} from './webhook-deliveries.repository.js';
import { MOST_WEBHOOKS, type NewWebhook } from './webhook.dto.js';
import { WebhooksRepository, type WebhookRow } from './webhooks.repository.js';

const SECRET_BYTES = 32;
const FAULTS: Readonly<Record<AddressFault, string>> = {
  'not-a-url': 'url: not a URL',
  'not-https': 'url: only https is spoken',
  'has-credentials': 'url: must hold no user or password; the signature says who speaks',
  'private-address': 'url: not an address of the open Internet',
};

/** Where the retailer's systems want to be told. */
@Injectable()
export class Webhooks {
  readonly #sealing: Sealing;

  constructor(
    private readonly repository: WebhooksRepository,
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly audit: Audit,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.#sealing = new Sealing(settings.secret, 'webhooks');
  }

  async list(): Promise<Page<object>> {
    const items = (await this.repository.all()).map((row) => ({
      ...shown(row),
      pending: row.pending,
      dead: row.dead,
    }));
    return { items, nextCursor: null };
  }

  /** @throws Problem 422 for an address that is not spoken to, 409 `too-many-webhooks` */
  async create({ url, events }: NewWebhook, actor: Principal): Promise<object> {
    const fault = urlFault(url, this.settings.webhooksPrivate);
    if (fault !== undefined) {
      throw new Problem(422, fault, FAULTS[fault], {
        errors: [{ path: 'url', code: fault, detail: FAULTS[fault] }],
      });
    }
    const webhookId = this.clock.newId();
    const secret = secretFrom(randomBytes(SECRET_BYTES));
    const row = {
      webhook_id: webhookId,
      url,
      events: [...new Set(events)],
      secret: this.#sealing.seal(secret, webhookId),
      created_at: this.clock.now(),
    };
    await this.repository.transaction(async (tx) => {
      const added = { ...row, createdBy: principalName(actor) };
      if (!(await this.repository.insert(tx, added, MOST_WEBHOOKS))) {
        throw conflict('too-many-webhooks', `There are ${MOST_WEBHOOKS} webhooks already.`);
      }
      await this.audit.write(tx, {
        actor,
        action: 'webhook.created',
        subject: `webhook:${webhookId}`,
        after: { url, events },
      });
    });
    return { ...shown({ ...row, disabled_at: null }), secret };
  }

  /** @throws Problem 404 */
  async remove(webhookId: string, actor: Principal): Promise<void> {
    await this.repository.transaction(async (tx) => {
      const url = await this.repository.remove(tx, webhookId);
      if (url === undefined) throw notFound('webhook');
      const subject = `webhook:${webhookId}`;
      await this.audit.write(tx, { actor, action: 'webhook.removed', subject, before: { url } });
    });
  }

  /** @throws Problem 404 */
  async listDeliveries(
    webhookId: string,
    asked: { state?: DeliveryState | undefined; limit: number; cursor?: string | undefined },
  ): Promise<Page<object>> {
    await this.#require(webhookId);
    const keys = decodeCursor(asked.cursor, 2);
    const before = keys && { occurredAt: Number(keys[0]), eventId: String(keys[1]) };
    const rows = await this.deliveries.list(webhookId, asked.state, before, asked.limit + 1);
    return pageFrom(rows, asked.limit, (row) => [row.occurred_at, row.event_id], shownDelivery);
  }

  /** @throws Problem 404 */
  async redrive(
    webhookId: string,
    eventIds: readonly string[] | undefined,
    actor: Principal,
  ): Promise<object> {
    await this.#require(webhookId);
    const redriven = await this.repository.transaction(async (tx) => {
      await this.repository.enable(tx, webhookId);
      const count = await this.deliveries.redrive(tx, webhookId, eventIds);
      const subject = `webhook:${webhookId}`;
      await this.audit.write(tx, { actor, action: 'webhook.redriven', subject, after: { redriven: count } });
      return count;
    });
    return { redriven };
  }

  /** What a receiver checks signatures with. @throws where it was sealed with another `AISLECUE_SECRET` */
  secretOf({ webhook_id: webhookId, secret }: WebhookRow): string {
    return this.#sealing.open(secret, webhookId);
  }

  async #require(webhookId: string): Promise<void> {
    if (!(await this.repository.exists(webhookId))) throw notFound('webhook');
  }
}

function shown(row: WebhookRow): object {
  return {
    webhookId: row.webhook_id,
    url: row.url,
    events: row.events,
    createdAt: toRfc3339(row.created_at),
    ...(row.disabled_at !== null && { disabledAt: toRfc3339(row.disabled_at) }),
  };
}

function shownDelivery(row: DeliveryRow): object {
  const state = row.delivered_at !== null ? 'delivered' : row.dead_at !== null ? 'dead' : 'pending';
  return {
    eventId: row.event_id,
    type: row.type,
    state,
    occurredAt: toRfc3339(row.occurred_at),
    attempts: row.attempts,
    ...(row.answer !== null && { answer: row.answer }),
    ...(state === 'pending' && { dueAt: toRfc3339(row.due_at) }),
  };
}
