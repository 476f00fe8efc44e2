import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked, type Page } from '../../platform/index.js';
import { OfferEvents } from './offer-events.service.js';
import { offerEvent, walletItem } from './wallet.dto.js';
import { Wallet } from './wallet.service.js';

const tag = 'app';
const allow = ['shopper'] as const;

const listOffers = route({
  method: 'GET',
  path: '/v1/me/offers',
  tag,
  summary: 'The wallet: offers until expired, redeemed, dismissed or withdrawn, newest first',
  allow,
  query: vocabulary.page,
  answer: vocabulary.pageOf(walletItem),
});
const recordEvent = route({
  method: 'POST',
  path: '/v1/me/offers/{deliveryId}/events',
  tag,
  summary: 'What the shopper did with an offer; in any order, the same again changes nothing',
  allow,
  params: z.strictObject({ deliveryId: vocabulary.deliveryId }),
  body: offerEvent,
  answer: z.object({ ok: z.literal(true) }),
});
@Controller()
export class WalletController {
  constructor(
    private readonly wallet: Wallet,
    private readonly events: OfferEvents,
  ) {}

  @Handles(listOffers)
  listOffers({ principal, query }: Asked<typeof listOffers>): Promise<Page<object>> {
    return this.wallet.list(principal.shopperId, query);
  }

  @Handles(recordEvent)
  recordEvent({ principal, params, body, receivedAt }: Asked<typeof recordEvent>): Promise<{ ok: true }> {
    return this.events.record(principal.shopperId, params.deliveryId, body, receivedAt);
  }
}
