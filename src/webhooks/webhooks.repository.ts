import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../platform/index.js';
import type { Instant } from '../shared/index.js';
import type { WebhookEvent } from './webhook.dto.js';

/** A webhook as kept. */
export interface WebhookRow {
  webhook_id: string;
  url: string;
  events: WebhookEvent[];
  secret: Buffer;
  created_at: Instant;
  disabled_at: Instant | null;
}

export interface CountedWebhook extends WebhookRow {
  pending: number;
  dead: number;
}

const COLUMNS = 'webhook_id, url, events, secret, created_at, disabled_at';

/** Where events are told. */
@Injectable()
export class WebhooksRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** @returns false when there are too many already */
  async insert(
    tx: Queryable,
    row: Omit<WebhookRow, 'disabled_at'> & { createdBy: string },
    most: number,
  ): Promise<boolean> {
    const inserted = await tx.run(
      `INSERT INTO webhooks (webhook_id, url, events, secret, created_at, created_by)
       SELECT $1::uuid, $2::text, $3::text[], $4::bytea, $5::timestamptz, $6::text
       WHERE (SELECT count(*) FROM webhooks) < $7`,
      [row.webhook_id, row.url, row.events, row.secret, timestamp(row.created_at), row.createdBy, most],
    );
    return inserted > 0;
  }

  /** Newest first, with what is under way for each. */
  all(): Promise<CountedWebhook[]> {
    return this.database.query<CountedWebhook>(
      `SELECT ${COLUMNS},
         (SELECT count(*) FROM webhook_deliveries AS d WHERE d.webhook_id = w.webhook_id
            AND delivered_at IS NULL AND dead_at IS NULL) AS pending,
         (SELECT count(*) FROM webhook_deliveries AS d WHERE d.webhook_id = w.webhook_id
            AND dead_at IS NOT NULL) AS dead
       FROM webhooks AS w ORDER BY webhook_id DESC`,
    );
  }

  async exists(webhookId: string): Promise<boolean> {
    return (await this.database.query('SELECT FROM webhooks WHERE webhook_id = $1', [webhookId])).length > 0;
  }

  /** @returns its address, undefined where there was none */
  async remove(tx: Queryable, webhookId: string): Promise<string | undefined> {
    const [row] = await tx.query<{ url: string }>(
      'DELETE FROM webhooks WHERE webhook_id = $1 RETURNING url',
      [webhookId],
    );
    return row?.url;
  }

  /** Those that have something due. */
  due(): Promise<WebhookRow[]> {
    return this.database.query<WebhookRow>(
      `SELECT ${COLUMNS} FROM webhooks AS w WHERE disabled_at IS NULL AND EXISTS (
         SELECT FROM webhook_deliveries AS d WHERE d.webhook_id = w.webhook_id AND due_at <= now()
           AND delivered_at IS NULL AND dead_at IS NULL)`,
    );
  }

  async disable(webhookId: string): Promise<void> {
    await this.database.run(
      'UPDATE webhooks SET disabled_at = coalesce(disabled_at, now()) WHERE webhook_id = $1',
      [webhookId],
    );
  }

  async enable(tx: Queryable, webhookId: string): Promise<void> {
    await tx.run('UPDATE webhooks SET disabled_at = NULL WHERE webhook_id = $1', [webhookId]);
  }
}
