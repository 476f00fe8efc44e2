import { Injectable } from '@nestjs/common';
import { leadOf, LiveOffers } from '../offers/index.js';
import { badRequest, Clock, notFound } from '../platform/index.js';
import type { DecisionId, DeliveryId, OfferId, ShopperId, StoreId, ZoneId } from '../shared/index.js';
import { Stores } from '../stores/index.js';
import { OfferWriter, type OfferForApp } from './offer.writer.js';
import { PreviewPieces } from './preview-pieces.js';
import { factsOf } from './triggers.rules.js';

export interface TrialPlace {
  offerId: OfferId;
  shopperId: ShopperId;
  storeId: StoreId;
  zoneId?: ZoneId | undefined;
}

/** An offer's newest revision as it would read, whatever speaks against making it. Writes nothing. */
@Injectable()
export class TrialWords {
  constructor(
    private readonly live: LiveOffers,
    private readonly stores: Stores,
    private readonly pieces: PreviewPieces,
    private readonly writer: OfferWriter,
    private readonly clock: Clock,
  ) {}

  /**
   * It carries no coupon, and ids that nothing on record has.
   *
   * @throws Problem 404 for an unknown offer, store or shopper, 400 for a zone the store does not have
   */
  async of({ offerId, shopperId, storeId, zoneId }: TrialPlace): Promise<OfferForApp> {
    const layout = this.stores.layout(storeId);
    if (layout === undefined) throw notFound('store');
    if (zoneId !== undefined && !layout.zones.has(zoneId)) {
      throw badRequest('unknown-zone', `zoneId: ${storeId} has no zone ${zoneId}`);
    }
    const view = await this.pieces.viewOf(shopperId);
    if (view === undefined) throw notFound('shopper');
    const live = await this.live.withDrafts([offerId]);
    const offer = live.offers.find((each) => each.offerId === offerId);
    if (offer === undefined) throw notFound('offer');
    const lead = leadOf(offer, view, (productId) => live.stockOf(storeId, productId));
    const now = this.clock.now();
    const trigger = { on: offer.document.trigger.on[0] ?? 'visitStarted', at: now, zoneId };
    const place = {
      facts: factsOf(trigger, layout, { shopper: view, live }),
      storeId,
      zoneId,
      deliveryId: this.clock.newId<DeliveryId>(),
      decisionId: this.clock.newId<DecisionId>(),
    };
    return this.writer.write({ offer, ...(lead.ok && { lead: lead.value }) }, place, undefined, now);
  }
}
