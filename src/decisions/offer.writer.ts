import { Injectable } from '@nestjs/common';
import { renderContent, type LiveOffer } from '../offers/index.js';
import {
  toRfc3339,
  type DecisionId,
  type DeliveryId,
  type Instant,
  type OfferId,
  type StoreId,
  type ZoneId,
} from '../shared/index.js';
import { Stores } from '../stores/index.js';
import type { Considered, Pending } from './decision.js';

/** An offer as the app gets it: the contract's shape. */
export interface OfferForApp {
  deliveryId: DeliveryId;
  decisionId: DecisionId;
  offerId: OfferId;
  title: string;
  body: string;
  imageUrl?: string | undefined;
  deepLink?: string | undefined;
  reward?: Record<string, unknown>;
  couponCode?: string;
  storeId: StoreId;
  zoneId?: ZoneId;
  expiresAt: string;
}

/** The same of an offer that is not made: it has no delivery and no coupon. */
export type OfferInWords = Omit<OfferForApp, 'deliveryId' | 'decisionId' | 'couponCode'>;

/** Where, and to whom, an offer is made. */
type Place = Pick<Pending, 'facts' | 'storeId' | 'zoneId' | 'deliveryId' | 'decisionId'>;

/** Puts an offer into the words and values that one shopper gets. */
@Injectable()
export class OfferWriter {
  constructor(private readonly stores: Stores) {}

  write(
    chosen: Pick<Considered, 'offer' | 'lead'>,
    place: Place,
    code: string | undefined,
    now: Instant,
  ): OfferForApp {
    const { deliveryId, decisionId } = place;
    return {
      deliveryId,
      decisionId,
      ...this.inWords(chosen, place, now),
      ...(code === undefined ? {} : { couponCode: code }),
    };
  }

  /** How an offer reads, or would have read: with nothing that only one that is made has. */
  inWords(
    { offer, lead }: Pick<Considered, 'offer' | 'lead'>,
    { facts, storeId, zoneId }: Pick<Place, 'facts' | 'storeId' | 'zoneId'>,
    now: Instant,
  ): OfferInWords {
    const layout = this.stores.layout(storeId);
    const words = renderContent(offer, facts.shopper.locale, {
      displayName: facts.shopper.displayName,
      zoneName: zoneId === undefined ? undefined : layout?.zones.get(zoneId)?.name,
      storeName: layout?.name,
      product: lead?.product,
    });
    const { reward, expiresInSeconds } = offer.document;
    return {
      offerId: offer.offerId,
      ...words,
      ...(reward.type === 'none' ? {} : { reward: rewardForApp(reward) }),
      storeId,
      ...(zoneId === undefined ? {} : { zoneId }),
      expiresAt: toRfc3339(now + expiresInSeconds * 1_000),
    };
  }
}

/** The contract's `reward {type, value, currency?, maxDiscount?}`: money as a number of minor units and its currency. */
function rewardForApp(reward: LiveOffer['document']['reward']): Record<string, unknown> {
  if (reward.type === 'amountOff')
    return { type: reward.type, value: reward.value.amount, currency: reward.value.currency };
  return { ...reward };
}
