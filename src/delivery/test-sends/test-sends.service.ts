import { Injectable } from '@nestjs/common';
import { TrialWords, type OfferForApp, type TrialPlace } from '../../decisions/index.js';
import { Clock, notFound, Problem } from '../../platform/index.js';
import { offerMessage } from '../push/message.rules.js';
import { PushSender } from '../push/push-sender.js';
import { Phones } from '../sockets/phones.js';
import type { TestSend } from './test-sends.dto.js';
import { TestSendsRepository } from './test-sends.repository.js';

/** How long the app on a test phone may take to acknowledge. */
const PATIENCE_MS = 1_500;

/**
 * Sends a draft to a phone of the shop's own people, to be looked at there. It is on no record but the audit log: it
 * takes nothing from caps, limits and budgets, has no coupon, and is not in the wallet.
 */
@Injectable()
export class TestSends {
  constructor(
    private readonly repository: TestSendsRepository,
    private readonly words: TrialWords,
    private readonly phones: Phones,
    private readonly sender: PushSender,
    private readonly clock: Clock,
  ) {}

  /**
   * To the open app, and by push besides, so that both can be seen.
   *
   * @throws Problem 404 for an unknown offer, store or shopper, 403 for an account that is not for tests
   */
  async send(place: TrialPlace): Promise<TestSend> {
    const phone = await this.repository.phoneOf(place.shopperId);
    if (phone === undefined) throw notFound('shopper');
    if (!phone.isForTests) {
      const detail = 'Offers are tried on accounts whose profile says attributes.testPhone: true.';
      throw new Problem(403, 'not-a-test-phone', detail);
    }
    const offer = await this.words.of(place);
    const [socket, pushes] = await Promise.all([
      this.phones.offer(place.shopperId, offer, PATIENCE_MS),
      Promise.all(this.sender.isOn ? phone.devices.map((device) => this.#push(device, offer)) : []),
    ]);
    return { deliveryId: offer.deliveryId, socket, pushes, offer: { ...offer } };
  }

  async #push(
    { deviceId, token }: { deviceId: string; token: string },
    offer: OfferForApp,
  ): Promise<TestSend['pushes'][number]> {
    const now = this.clock.now();
    const verdict = await this.sender.send(offerMessage(offer, token, now), now);
    return { deviceId, outcome: verdict.kind, ...('why' in verdict && { why: verdict.why }) };
  }
}
