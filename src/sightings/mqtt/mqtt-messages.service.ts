import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, problemOf, SETTINGS, tooLarge, type MqttTopic, type Settings } from '../../platform/index.js';
import type { Instant } from '../../shared/index.js';
import { GatewayPayloads } from '../gateway-payloads.service.js';
import { GatewayWatch } from '../gateway-watch.service.js';
import { LATE_AFTER_MS } from '../timing.rules.js';
import { MqttTraffic, type MessageOutcome } from './mqtt-traffic.js';
import { entryFor, senderOn } from './topic.rules.js';

/** A message as the broker delivers it. */
export interface MqttMessage {
  topic: string;
  payload: Buffer;
  /** Whether the broker delivers it again until it is acknowledged. */
  isAcknowledged: boolean;
  /** Kept by the broker from before: it does not tell of now. */
  isRetained: boolean;
}

/** As over HTTP. */
const MOST_BYTES = 1_048_576;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Takes the broker's messages the same way as HTTP takes posts. */
@Injectable()
export class MqttMessages {
  readonly #table: readonly MqttTopic[];

  constructor(
    @Inject(SETTINGS) { mqtt }: Settings,
    private readonly payloads: GatewayPayloads,
    private readonly watch: GatewayWatch,
    private readonly traffic: MqttTraffic,
    private readonly clock: Clock,
  ) {
    this.#table = mqtt?.topics ?? [];
  }

  /**
   * Resolves when nothing is to be done about the message any more: live presence holds it, or it is of no use
   * however often it comes. While Redis is not there it is tried again, for as long as it tells of now.
   *
   * @param signal aborted when the connection is gone or the process stops
   * @returns whether it may be acknowledged; it does not throw
   */
  async take(message: MqttMessage, signal: AbortSignal): Promise<boolean> {
    const { topic, isAcknowledged } = message;
    const receivedAt = this.clock.now();
    for (let waitMs = FIRST_PAUSE_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_PAUSE_MS)) {
      const outcome = await this.#tried(message, receivedAt).catch((error: unknown) => {
        this.traffic.failed(topic, error);
        return 'failed' as const;
      });
      if (outcome !== 'retried') return this.#done(outcome);
      // The broker will not deliver it again, and what comes next tells more of now.
      if (!isAcknowledged) return this.#done('lost');
      if (this.clock.now() - receivedAt > LATE_AFTER_MS) return this.#done('late');
      this.traffic.count('retried');
      const goesOn = await pause(waitMs, true, { signal }).catch(() => false);
      if (!goesOn) return false;
    }
  }

  async #tried(message: MqttMessage, receivedAt: Instant): Promise<MessageOutcome> {
    const { topic, payload: bytes } = message;
    if (message.isRetained) return 'retained';
    const entry = entryFor(topic, this.#table);
    if (entry === undefined) return 'unmatched';
    const { storeId, format } = entry;
    const from = { storeId, sender: senderOn(topic, entry), format, receivedAt };
    if (bytes.length > MOST_BYTES) {
      this.watch.refused(from, tooLarge());
      return 'oversize';
    }
    try {
      await this.payloads.take({ ...from, bytes, topic });
      return 'taken';
    } catch (error) {
      const { status, code, detail } = problemOf(error);
      if (status === 503) return 'retried';
      if (status >= 500) throw error;
      this.traffic.refused(entry.topic, topic, code, detail);
      return 'refused';
    }
  }

  #done(outcome: MessageOutcome): true {
    this.traffic.count(outcome);
    return true;
  }
}
