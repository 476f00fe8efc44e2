import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../platform/index.js';
import type { Instant } from '../shared/index.js';
import type { Verdict } from './retry.rules.js';
import type { WebhookEvent } from './webhook.dto.js';

/** One event on its way to one receiver. */
export interface DeliveryRow {
  event_id: string;
  type: WebhookEvent;
  about: string;
  occurred_at: Instant;
  due_at: Instant;
  attempts: number;
  answer: string | null;
  delivered_at: Instant | null;
  dead_at: Instant | null;
}

export type DeliveryState = 'pending' | 'delivered' | 'dead';

/** Longer than an attempt may take: what a worker that was killed had in hand comes again then. */
const LEASE_SECONDS = 15;
const DELIVERED_KEPT_DAYS = 7;
const DEAD_KEPT_DAYS = 30;

const COLUMNS = 'event_id, type, about, occurred_at, due_at, attempts, answer, delivered_at, dead_at';
const STATE: Readonly<Record<DeliveryState, string>> = {
  pending: 'delivered_at IS NULL AND dead_at IS NULL',
  delivered: 'delivered_at IS NOT NULL',
  dead: 'dead_at IS NOT NULL',
};

/** What happens to each event at each receiver. */
@Injectable()
export class WebhookDeliveriesRepository {
  constructor(private readonly database: Database) {}

  /** Takes some that are due, the longest due first, counted before they are tried. */
  lease(webhookId: string, most: number): Promise<DeliveryRow[]> {
    return this.database.query<DeliveryRow>(
      `UPDATE webhook_deliveries SET attempts = attempts + 1, due_at = now() + make_interval(secs => $3)
       WHERE webhook_id = $1 AND event_id IN (
         SELECT event_id FROM webhook_deliveries
         WHERE webhook_id = $1 AND due_at <= now() AND ${STATE.pending}
         ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING ${COLUMNS}`,
      [webhookId, most, LEASE_SECONDS],
    );
  }

  async settle(webhookId: string, eventId: string, verdict: Verdict, answer: string): Promise<void> {
    const again = verdict.is === 'again' ? timestamp(verdict.at) : null;
    await this.database.run(
      `UPDATE webhook_deliveries SET answer = $3, due_at = coalesce($4, due_at),
         delivered_at = CASE WHEN $5 THEN now() END, dead_at = CASE WHEN $6 THEN now() END
       WHERE webhook_id = $1 AND event_id = $2`,
      [
        webhookId,
        eventId,
        answer,
        again,
        verdict.is === 'delivered',
        verdict.is === 'dead' || verdict.is === 'gone',
      ],
    );
  }

  /** What it was about is no more: there is nothing to tell. */
  async drop(webhookId: string, eventId: string): Promise<void> {
    await this.database.run('DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND event_id = $2', [
      webhookId,
      eventId,
    ]);
  }

  /** Newest first, from behind `before` on. */
  list(
    webhookId: string,
    state: DeliveryState | undefined,
    before: { occurredAt: Instant; eventId: string } | undefined,
    limit: number,
  ): Promise<DeliveryRow[]> {
    return this.database.query<DeliveryRow>(
      `SELECT ${COLUMNS} FROM webhook_deliveries
       WHERE webhook_id = $1 AND ${state === undefined ? 'true' : STATE[state]}
         AND ($2::timestamptz IS NULL OR (date_trunc('milliseconds', occurred_at), event_id) < ($2, $3::uuid))
       ORDER BY date_trunc('milliseconds', occurred_at) DESC, event_id DESC LIMIT $4`,
      [webhookId, before === undefined ? null : timestamp(before.occurredAt), before?.eventId ?? null, limit],
    );
  }

  /** Has what was given up tried again from the beginning. @returns how many that were */
  redrive(tx: Queryable, webhookId: string, eventIds: readonly string[] | undefined): Promise<number> {
    return tx.run(
      `UPDATE webhook_deliveries SET dead_at = NULL, attempts = 0, due_at = now()
       WHERE webhook_id = $1 AND dead_at IS NOT NULL AND ($2::uuid[] IS NULL OR event_id = ANY($2))`,
      [webhookId, eventIds ?? null],
    );
  }

  /** Throws away what nobody looks at any more. */
  async tidy(): Promise<void> {
    await this.database.run(
      'DELETE FROM webhook_deliveries WHERE delivered_at < now() - make_interval(days => $1)',
      [DELIVERED_KEPT_DAYS],
    );
    await this.database.run(
      'DELETE FROM webhook_deliveries WHERE dead_at < now() - make_interval(days => $1)',
      [DEAD_KEPT_DAYS],
    );
  }

  async counts(): Promise<{ pending: number; dead: number }> {
    const [row] = await this.database.query<{ pending: number; dead: number }>(
      `SELECT count(*) FILTER (WHERE ${STATE.pending}) AS pending, count(*) FILTER (WHERE ${STATE.dead}) AS dead
       FROM webhook_deliveries WHERE delivered_at IS NULL`,
    );
    return row ?? { pending: 0, dead: 0 };
  }
}
