import { Injectable } from '@nestjs/common';
import { Clock, Gathering, Outbox } from '../../platform/index.js';
import type { DeliveryId, Instant } from '../../shared/index.js';
import { heldBack, outcomeOf } from './attempt.rules.js';
import { offerMessage } from './message.rules.js';
import { PushGate } from './push-gate.js';
import { PushSender } from './push-sender.js';
import {
  isOver,
  PushesRepository,
  type Claim,
  type Claimed,
  type Progress,
  type Settled,
} from './pushes.repository.js';

/** So many deliveries in one statement: a transaction of some milliseconds. */
const MOST_AT_ONCE = 200;

interface Tried {
  deliveryId: DeliveryId;
  settled: readonly Settled[];
}

/** Pushes deliveries to the devices of their shoppers. */
@Injectable()
export class Pushes {
  readonly #claims = new Gathering<DeliveryId, Claim | undefined>(MOST_AT_ONCE, (ids) => this.#claim(ids));
  readonly #records = new Gathering<Tried, Progress>(MOST_AT_ONCE, (tried) => this.#record(tried));

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
   * device is sent to by one at a time, and by another when that one was not heard of. Deliveries that come together
   * share their statements.
   *
   * @returns when to look again; undefined when nothing is to be done any more
   */
  async push(deliveryId: DeliveryId): Promise<Instant | undefined> {
    const claim = await this.#claims.add(deliveryId);
    if (claim !== undefined) {
      const settled = await Promise.all(claim.devices.map((device) => this.#send(device, deliveryId, claim)));
      const { nextAt, unreachable } = await this.#records.add({ deliveryId, settled });
      if (nextAt !== null) return nextAt;
      if (!unreachable) return undefined;
      await this.repository.giveBack(deliveryId, this.clock.now());
    }
    await this.repository.settle(deliveryId, this.clock.now());
    await this.outbox.settle([deliveryId]);
    return undefined;
  }

  async #claim(deliveryIds: readonly DeliveryId[]): Promise<(Claim | undefined)[]> {
    const ids = [...new Set(deliveryIds)];
    const claims = await this.repository.claim(ids, this.clock.newId(), this.clock.now());
    return deliveryIds.map((deliveryId, place) => {
      const claim = claims.get(deliveryId);
      // Asked for twice at once, as by a job and the outbox, it is sent once.
      const isFirst = deliveryIds.indexOf(deliveryId) === place;
      return claim === undefined || isFirst ? claim : { ...claim, devices: [] };
    });
  }

  async #record(tried: readonly Tried[]): Promise<Progress[]> {
    const deliveryIds = tried.map(({ deliveryId }) => deliveryId);
    const settled = tried.flatMap((each) => each.settled);
    const progress = await this.repository.record(deliveryIds, settled, this.clock.now());
    await this.outbox.settle(deliveryIds.filter((_, place) => isOver(progress[place])));
    return progress;
  }

  async #send(device: Claimed, deliveryId: DeliveryId, claim: Claim): Promise<Settled> {
    const { lease, offer, expiresAt, receivedAt } = claim;
    const waitMs = await this.gate.waitMs();
    const now = this.clock.now();
    const tried = { deliveryId, lease, device };
    if (waitMs > 0) return { ...tried, outcome: heldBack(device, waitMs, { now, expiresAt }) };
    const verdict = await this.sender.send(offerMessage(offer, device.token, now), now);
    await this.gate.note(verdict, receivedAt);
    const moment = { now: this.clock.now(), expiresAt, roll: this.clock.roll() };
    return { ...tried, outcome: outcomeOf(verdict, device, moment) };
  }
}
