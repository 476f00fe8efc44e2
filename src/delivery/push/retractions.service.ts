import { Injectable } from '@nestjs/common';
import { Clock, Database, timestamp, type Handled } from '../../platform/index.js';
import type { DecisionId, DeliveryId, DurableEvents, Instant } from '../../shared/index.js';
import { retractionMessage } from './message.rules.js';
import { PushGate } from './push-gate.js';
import { PushSender } from './push-sender.js';

interface Shown {
  deviceId: string;
  token: string;
  decisionId: DecisionId;
  expiresAt: Instant;
}

/** Between tries; until the offer would have expired anyway. */
const AGAIN_MS = 5_000;

/** Takes notifications off the screens of phones whose offer was withdrawn. */
@Injectable()
export class Retractions {
  constructor(
    private readonly database: Database,
    private readonly sender: PushSender,
    private readonly gate: PushGate,
    private readonly clock: Clock,
  ) {}

  /** Handles `delivery.withdrawn`. Tried until the offer would have expired anyway. */
  async withdrawn({ deliveryId, reason }: DurableEvents['delivery.withdrawn']): Promise<Handled> {
    if (!this.sender.isOn) return 'done';
    const waitMs = await this.gate.waitMs();
    if (waitMs > 0) return { again: this.clock.now() + waitMs };
    const shown = await this.#shown(deliveryId);
    const settled = await Promise.all(shown.map((each) => this.#take(each, deliveryId, reason)));
    await this.#note(
      deliveryId,
      shown.filter((_, index) => settled[index] === true),
    );
    return settled.every(Boolean) ? 'done' : { again: this.clock.now() + AGAIN_MS };
  }

  async #take(
    { token, decisionId, expiresAt }: Shown,
    deliveryId: DeliveryId,
    reason: string,
  ): Promise<boolean> {
    const now = this.clock.now();
    const message = retractionMessage({ deliveryId, decisionId, expiresAt }, reason, token, now);
    const verdict = await this.sender.send(message, now);
    await this.gate.note(verdict);
    return verdict.kind !== 'later';
  }

  /** Where the offer is, or may be, on a screen. */
  #shown(deliveryId: DeliveryId): Promise<Shown[]> {
    return this.database.query<Shown>(
      `SELECT devices.device_id AS "deviceId", push_token AS token, decision_id AS "decisionId",
         expires_at AS "expiresAt"
       FROM deliveries JOIN pushes USING (delivery_id)
       JOIN devices ON devices.shopper_id = deliveries.shopper_id AND devices.device_id = pushes.device_id
       WHERE delivery_id = $1 AND retracted_at IS NULL AND push_token IS NOT NULL
         AND (state = 'accepted' OR maybe_delivered) AND expires_at > $2`,
      [deliveryId, timestamp(this.clock.now())],
    );
  }

  async #note(deliveryId: DeliveryId, taken: readonly Shown[]): Promise<void> {
    await this.database.run(
      'UPDATE pushes SET retracted_at = $3 WHERE delivery_id = $1 AND device_id = ANY($2)',
      [deliveryId, taken.map(({ deviceId }) => deviceId), timestamp(this.clock.now())],
    );
  }
}
