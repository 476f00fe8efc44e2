import { Injectable } from '@nestjs/common';
import { Log, problemOf } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import { CheckIns, SightingIntake } from '../../sightings/index.js';
import { Messages } from '../messages/messages.service.js';
import { OfferEvents } from '../wallet/offer-events.service.js';
import { answerOf, type AppToServer, type SocketAnswer } from './protocol.js';

/** What an app may ask by socket: the same bodies as by HTTP, the same judgement, and the answer as acknowledgement. */
@Injectable()
export class ShopperRequests {
  constructor(
    private readonly checkIns: CheckIns,
    private readonly sightings: SightingIntake,
    private readonly offerEvents: OfferEvents,
    private readonly messages: Messages,
    private readonly log: Log,
  ) {}

  /** Never fails: what goes wrong is in the answer. */
  async answer(
    event: keyof AppToServer,
    shopperId: ShopperId,
    body: unknown,
    receivedAt: Instant,
  ): Promise<SocketAnswer> {
    try {
      return { ok: true, ...(await this.#ask(event, shopperId, body, receivedAt)) };
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status >= 500) this.log.error({ event: 'socket.failed', name: event, error });
      return answerOf(problem, event);
    }
  }

  #ask(event: keyof AppToServer, shopperId: ShopperId, body: unknown, receivedAt: Instant): Promise<object> {
    switch (event) {
      case 'checkin':
        return this.checkIns.record(shopperId, body, receivedAt);
      case 'sightings':
        return this.sightings.takePhone(shopperId, body, receivedAt);
      case 'offer-event':
        return this.offerEvents.recordFromSocket(shopperId, body, receivedAt);
      case 'message':
        return this.messages.fromSocket(shopperId, body);
    }
  }
}
