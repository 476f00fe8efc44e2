import { Injectable } from '@nestjs/common';
import { RuleReads, ShopperViews } from '../insights/index.js';
import type { LiveOffer, LiveSnapshot } from '../offers/index.js';
import { Clock } from '../platform/index.js';
import { readsOfAll } from '../rules/index.js';
import type {
  ChangeId,
  DecisionId,
  DeliveryId,
  Read,
  ShopperId,
  ShopperView,
  VisitId,
} from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';
import type { Considered, Pending, World } from './decision.js';
import { OfferWriter, type OfferInWords } from './offer.writer.js';
import type { PreviewBody } from './preview.dto.js';
import type { Trigger } from './triggers.rules.js';
import { Worlds } from './worlds.js';

/** What a preview needs beside the decision itself. */
@Injectable()
export class PreviewPieces {
  constructor(
    private readonly views: ShopperViews,
    private readonly reads: RuleReads,
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

  /** What one of these offers asks beyond the view. */
  async readOf(shopperId: ShopperId, candidates: readonly LiveOffer[]): Promise<Read> {
    const asked = readsOfAll(candidates.map(({ reads }) => reads));
    return (await this.reads.of([shopperId], asked, this.clock.now())).get(shopperId) ?? {};
  }

  /**
   * The moment asked about: now, and entering the zone where one is named, unless told otherwise. Who enters has not
   * stayed, and who arrives has not been there, as it is in the shop.
   */
  triggerOf({ on: asked, at = this.clock.now(), zoneId, dwellSeconds }: PreviewBody): Trigger {
    const on = asked ?? (zoneId === undefined ? 'visitStarted' : 'zoneEntered');
    return {
      on,
      at,
      zoneId,
      dwellSeconds: dwellSeconds ?? (on === 'zoneEntered' ? 0 : undefined),
      visitSeconds: on === 'visitStarted' ? 0 : undefined,
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

  offerOf(winner: Considered, pending: Pending): OfferInWords {
    return this.writer.inWords(winner, pending, this.clock.now());
  }
}
