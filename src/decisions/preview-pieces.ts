import { Injectable } from '@nestjs/common';
import { RecentLists, ShopperViews } from '../insights/index.js';
import type { LiveOffer, LiveSnapshot } from '../offers/index.js';
import { Clock } from '../platform/index.js';
import type {
  ChangeId,
  DecisionId,
  DeliveryId,
  ShopperId,
  ShopperLists,
  ShopperView,
  VisitId,
} from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';
import type { Considered, Pending, World } from './decision.js';
import { OfferWriter } from './offer.writer.js';
import type { PreviewBody, PreviewedOffer } from './preview.dto.js';
import type { Trigger } from './triggers.rules.js';
import { Worlds } from './worlds.js';

/** What a preview needs beside the decision itself. */
@Injectable()
export class PreviewPieces {
  constructor(
    private readonly views: ShopperViews,
    private readonly lists: RecentLists,
    private readonly worlds: Worlds,
    private readonly writer: OfferWriter,
    private readonly clock: Clock,
  ) {}

  /** The world of now in a store, with some drafts live in it. */
  async worldWith(live: LiveSnapshot, layout: StoreLayout): Promise<World> {
    return { ...(await this.worlds.in(layout)), live };
  }

  async viewOf(shopperId: ShopperId): Promise<ShopperView | undefined> {
    return (await this.views.load([shopperId])).get(shopperId);
  }

  /** What they did of late, as far as one of these offers asks. */
  async listsOf(shopperId: ShopperId, candidates: readonly LiveOffer[]): Promise<ShopperLists> {
    const names = new Set(candidates.flatMap(({ lists }) => [...lists]));
    return (await this.lists.of([shopperId], names, this.clock.now())).get(shopperId) ?? {};
  }

  /** The moment asked about: now, and entering the zone where one is named, unless told otherwise. */
  triggerOf({ on, at, zoneId, dwellSeconds }: PreviewBody): Trigger {
    return {
      on: on ?? (zoneId === undefined ? 'visitStarted' : 'zoneEntered'),
      at: at ?? this.clock.now(),
      zoneId,
      dwellSeconds,
    };
  }

  /** Ids for what will not be written. */
  ids(visitId: VisitId | undefined): Pick<Pending, 'changeId' | 'decisionId' | 'deliveryId' | 'visitId'> {
    return {
      changeId: this.clock.newId<ChangeId>(),
      decisionId: this.clock.newId<DecisionId>(),
      deliveryId: this.clock.newId<DeliveryId>(),
      visitId: visitId ?? this.clock.newId<VisitId>(),
    };
  }

  offerOf(winner: Considered, pending: Pending): PreviewedOffer {
    const {
      deliveryId: _delivery,
      decisionId: _decision,
      ...offer
    } = this.writer.write(winner, pending, undefined, this.clock.now());
    return offer;
  }
}
