import { Injectable } from '@nestjs/common';
import { Clock, Log, Metrics } from '../../platform/index.js';
import { MINUTE_MS, type Instant } from '../../shared/index.js';

/** What became of a message; each has one, and `retried` for every try that Redis was not there for. */
export type MessageOutcome =
  'taken' | 'retained' | 'oversize' | 'unmatched' | 'refused' | 'failed' | 'late' | 'lost' | 'retried';

/** One fault of one sender is told so often, and no more: gateways speak each second. */
const TOLD_EACH_MS = MINUTE_MS;
const MOST_TOLD = 1_000;

/** What is counted and told of the broker. */
@Injectable()
export class MqttTraffic {
  readonly #toldAt = new Map<string, Instant>();
  #isAway = false;

  constructor(
    private readonly metrics: Metrics,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  count(outcome: MessageOutcome): void {
    this.metrics.mqttMessages.inc({ outcome });
  }

  /** A message of these topics was not taken, and will not be however often it comes. */
  refused(filter: string, topic: string, code: string, detail: string): void {
    const fault = `${filter} ${code}`;
    const now = this.clock.now();
    const toldAt = this.#toldAt.get(fault);
    if (toldAt !== undefined && now - toldAt < TOLD_EACH_MS) return;
    if (this.#toldAt.size >= MOST_TOLD) this.#toldAt.clear();
    this.#toldAt.set(fault, now);
    this.log.warn({ event: 'mqtt.refused', topic: topic.slice(0, 200), code, detail });
  }

  failed(topic: string, error: unknown): void {
    this.log.error({ event: 'mqtt.failed', topic: topic.slice(0, 200), error });
  }

  connected(topics: number): void {
    this.#isAway = false;
    this.metrics.mqttConnected.set(1);
    this.log.info({ event: 'mqtt.connected', topics });
  }

  /** The broker granted nothing for these filters. */
  notSubscribed(filters: readonly string[], reason: string): void {
    this.log.error({ event: 'mqtt.not-subscribed', filters: filters.slice(0, 20), reason });
  }

  /** One line an outage; the client tries again by itself. */
  away(reason: string): void {
    this.metrics.mqttConnected.set(0);
    if (!this.#isAway) this.log.warn({ event: 'mqtt.away', reason });
    this.#isAway = true;
  }
}
