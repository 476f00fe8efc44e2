import { Injectable } from '@nestjs/common';
import type { DurableEvent, DurableEvents } from '../shared/index.js';
import { Bus } from './bus.js';
import { Clock } from './clock.js';
import { Database, timestamp, type Queryable, type Transaction } from './database.js';
import { Log } from './log.js';
import { Metrics } from './telemetry.js';

/** One durable event, with the id under which it lies in the outbox. */
export interface Outgoing<Event extends DurableEvent = DurableEvent> {
  id: string;
  event: Event;
  payload: DurableEvents[Event];
  /** Not before this time; for what its writer means to do at once by itself. */
  dueAt?: number;
}

/** What became of an event: done, or to be tried again at a time of the handler's choice. */
export type Handled = 'done' | { again: number };
type Handler<Event extends DurableEvent> = (payload: DurableEvents[Event]) => Promise<Handled>;

interface Row {
  id: string;
  event: DurableEvent;
  payload: never;
  attempts: number;
}

const WRITE = `
  INSERT INTO outbox (id, event, payload, due_at)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[])`;
const LEASE_SECONDS = 10;
const BATCH = 100;
const POLL_MS = 500;
/** After so many failures the row is kept aside with its reason, and a metric says so. */
const POISON_AFTER = 12;

/**
 * Durable events: written in the transaction that causes them, handled at least once by a worker, gone when
 * handled. A row is leased with SKIP LOCKED and counted before its work, so that one that kills processes
 * cannot do so for ever.
 */
@Injectable()
export class Outbox {
  readonly #handlers = new Map<DurableEvent, Handler<never>[]>();
  #running = false;
  #wake: (() => void) | undefined;
  #loop: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    bus.on('outbox.filled', () => this.#wake?.());
  }

  /**
   * Adds a handler of an event. With several of them the event is gone when all are done, and each is asked again when
   * one was not: handling twice must be handling once.
   */
  handle<Event extends DurableEvent>(event: Event, handler: Handler<Event>): void {
    this.#handlers.set(event, [...(this.#handlers.get(event) ?? []), handler]);
  }

  /** Writes events inside the caller's transaction. Call `filled` after the commit. */
  async write(tx: Queryable, events: readonly Outgoing[]): Promise<void> {
    if (events.length > 0) await tx.run(WRITE, this.#rowsOf(events));
  }

  /** The same, without waiting for the answer. */
  send(tx: Transaction, events: readonly Outgoing[]): void {
    if (events.length > 0) tx.send(WRITE, this.#rowsOf(events));
  }

  #rowsOf(events: readonly Outgoing[]): unknown[][] {
    return [
      events.map(({ id }) => id),
      events.map(({ event }) => event),
      events.map(({ payload }) => JSON.stringify(payload)),
      events.map(({ dueAt }) => timestamp(dueAt ?? this.clock.now())),
    ];
  }

  /** Wakes the workers; without it they look twice a second. */
  filled(): void {
    this.bus.emit('outbox.filled', {});
  }

  /** What the writer has done by itself needs no worker any more. */
  async settle(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.database.run('DELETE FROM outbox WHERE id = ANY($1::uuid[])', [ids]);
  }

  start(): void {
    this.#running = true;
    this.#loop = this.#run();
  }

  /** Finishes the batch in hand. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#wake?.();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (this.#running) {
      const took = await this.#workOff().catch((error: unknown) => {
        this.log.warn({ event: 'outbox.unreachable', error });
        return 0;
      });
      if (took < BATCH) await this.#pause();
    }
  }

  async #workOff(): Promise<number> {
    const rows = await this.database.query<Row>(
      `UPDATE outbox SET attempts = attempts + 1, due_at = now() + make_interval(secs => $1)
       WHERE id IN (SELECT id FROM outbox WHERE due_at <= now() AND poisoned_at IS NULL AND event = ANY($3)
                    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id, event, payload, attempts`,
      [LEASE_SECONDS, BATCH, [...this.#handlers.keys()]],
    );
    const done: string[] = [];
    await Promise.all(
      rows.map(async (row) => {
        if ((await this.#handleOne(row)) === 'done') done.push(row.id);
      }),
    );
    await this.settle(done);
    return rows.length;
  }

  async #handleOne(row: Row): Promise<Handled> {
    try {
      for (const handler of this.#handlers.get(row.event) ?? []) {
        const handled = await handler(row.payload);
        if (handled === 'done') continue;
        await this.#again(row.id, handled.again);
        return handled;
      }
      return 'done';
    } catch (error) {
      const poisoned = row.attempts >= POISON_AFTER;
      this.log.error({
        event: 'outbox.failed',
        name: row.event,
        id: row.id,
        attempts: row.attempts,
        poisoned,
        error,
      });
      this.metrics.outboxFailures.inc({ event: row.event });
      const again = this.clock.now() + Math.min(60_000, 200 * 2 ** row.attempts);
      await (poisoned ? this.#setAside(row.id, error) : this.#later(row.id, again));
      return { again };
    }
  }

  /** Asked for by its handler, so no failure. */
  async #again(id: string, at: number): Promise<void> {
    await this.database.run('UPDATE outbox SET due_at = $2, attempts = 0 WHERE id = $1', [id, timestamp(at)]);
  }

  async #later(id: string, at: number): Promise<void> {
    await this.database.run('UPDATE outbox SET due_at = $2 WHERE id = $1', [id, timestamp(at)]);
  }

  async #setAside(id: string, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    await this.database.run('UPDATE outbox SET poisoned_at = now(), reason = $2 WHERE id = $1', [id, reason]);
  }

  async #pause(): Promise<void> {
    if (!this.#running) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
