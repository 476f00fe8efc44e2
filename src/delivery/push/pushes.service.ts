import { Injectable } from '@nestjs/common';
import { Clock, Outbox } from '../../platform/index.js';
import type { DeliveryId, Instant } from '../../shared/index.js';
import { heldBack, outcomeOf } from './attempt.rules.js';
import { offerMessage } from './message.rules.js';
import { PushGate } from './push-gate.js';
import { PushSender } from './push-sender.js';
import { PushesRepository, type Claim, type Claimed, type Settled } from './pushes.repository.js';

/** Pushes deliveries to the devices of their shoppers. */
@Injectable()
export class Pushes {
  constructor(
    private readonly repository: PushesRepository,
    private readonly sender: PushSender,
    private readonly gate: PushGate,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  get isOn(): boolean {
    return this.sender.isOn;
  }

  /**
   * Sends what is due of a delivery now. Any number of processes may do so at once, and any of them may die: each
   * device is sent to by one at a time, and by another when that one was not heard of.
   *
   * @returns when to look again; undefined when nothing is to be done any more
   */
  async push(deliveryId: DeliveryId): Promise<Instant | undefined> {
    const lease = this.clock.newId();
    const claim = await this.repository.claim(deliveryId, lease, this.clock.now());
    if (claim !== undefined) {
      const settled = await Promise.all(claim.devices.map((device) => this.#send(device, claim)));
      await this.repository.record(deliveryId, lease, settled, this.clock.now());
      const { nextAt, unreachable } = await this.repository.progressOf(deliveryId, this.clock.now());
      if (nextAt !== null) return nextAt;
      if (unreachable) await this.repository.giveBack(deliveryId, this.clock.now());
    }
    await this.repository.settle(deliveryId, this.clock.now());
    await this.outbox.settle([deliveryId]);
    return undefined;
  }

  async #send(device: Claimed, { offer, expiresAt, receivedAt }: Claim): Promise<Settled> {
    const waitMs = await this.gate.waitMs();
    const now = this.clock.now();
    if (waitMs > 0) return { device, outcome: heldBack(device, waitMs, { now, expiresAt }) };
    const verdict = await this.sender.send(offerMessage(offer, device.token, now), now);
    await this.gate.note(verdict, receivedAt);
    const moment = { now: this.clock.now(), expiresAt, roll: Math.random() };
    return { device, outcome: outcomeOf(verdict, device, moment) };
  }
}
