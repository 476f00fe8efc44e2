import { Injectable } from '@nestjs/common';
import { householdsOf, usedOf } from '../limits/index.js';
import { LiveOffers } from '../offers/index.js';
import { Database, badRequest, notFound } from '../platform/index.js';
import type { Roll, ShopperId, StoreId, VisitId } from '../shared/index.js';
import { Stores } from '../stores/index.js';
import { CapHistory } from './cap-history.js';
import { consider } from './consider.rules.js';
import { lineOf, type Pending, type World } from './decision.js';
import { lastExitsOf } from './last-exits.js';
import { drawsOfAll, grant } from './grant.rules.js';
import { pacesOf } from './paces.rules.js';
import { PreviewPieces } from './preview-pieces.js';
import type { Preview, PreviewBody } from './preview.dto.js';
import { candidatesOf, factsOf } from './triggers.rules.js';

/** The best has the first share of chance, and the largest: a preview shows it each time. */
const LIKELIEST: Roll = () => 0;

/** What would be decided for a shopper at a place: the same functions as the real thing, and nothing written. */
@Injectable()
export class Previews {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    private readonly live: LiveOffers,
    private readonly pieces: PreviewPieces,
  ) {}

  /** @throws Problem 404 for an unknown store, 400 for a zone it does not have */
  async preview(body: PreviewBody): Promise<Preview> {
    const layout = this.stores.layout(body.storeId);
    if (layout === undefined) throw notFound('store');
    if (body.zoneId !== undefined && !layout.zones.has(body.zoneId)) {
      throw badRequest('unknown-zone', `zoneId: ${body.storeId} has no zone ${body.zoneId}`);
    }
    const view = await this.pieces.viewOf(body.shopperId);
    if (view === undefined) return { outcome: 'silence', reason: 'unknown-shopper', considered: [] };

    const trigger = this.pieces.triggerOf(body);
    const draftIds = new Set(body.draftOfferIds);
    const live = await this.live.withDrafts([...draftIds]);
    const triggered = candidatesOf(live, trigger, layout);
    // A draft that was asked about is judged even where its own trigger would not have called for it.
    const asked = live.offers.filter((offer) => draftIds.has(offer.offerId) && !triggered.includes(offer));
    const candidates = [...triggered, ...asked];
    const visitId = await this.#visitOf(body.shopperId, body.storeId);
    const read = await this.pieces.readOf(body.shopperId, candidates);
    const world = await this.pieces.worldWith(live, layout);
    const facts = {
      ...factsOf(trigger, layout, { shopper: view, live, radio: world.radio }),
      ...read,
      ...(visitId && { visitId }),
    };
    const pending: Pending = {
      ...this.pieces.ids(visitId),
      shopperId: body.shopperId,
      storeId: body.storeId,
      zoneId: body.zoneId,
      on: trigger.on,
      at: trigger.at,
      timeZone: view.timeZone ?? layout.timeZone,
      storeTimeZone: layout.timeZone,
      facts,
      receivedAt: trigger.at,
      latencyMs: {},
      paces: pacesOf(candidates, layout, facts.local, world.rhythms),
      considered: consider(candidates, facts, world),
    };
    return this.#rule(pending, world);
  }

  async #rule(pending: Pending, { policy }: World): Promise<Preview> {
    if (pending.considered.length === 0) return { outcome: 'silence', considered: [] };
    const households = await householdsOf(this.database, [pending.shopperId], '');
    const history = await CapHistory.read(this.database, [pending], policy, households);
    const used = await usedOf(this.database, drawsOfAll([pending]));
    const exits = await lastExitsOf(this.database, [pending], policy);
    const granted = grant(pending, {
      policy,
      ...history.of(pending.shopperId),
      used,
      leftAt: exits.get(pending.changeId),
      now: pending.at,
      roll: LIKELIEST,
    });
    const considered = granted.considered.map(lineOf);
    if (granted.outcome !== 'offer' || granted.chosen === undefined) {
      return { outcome: 'silence', ...(granted.reason && { reason: granted.reason }), considered };
    }
    return { outcome: 'offer', offer: this.pieces.offerOf(granted.chosen, pending), considered };
  }

  async #visitOf(shopperId: ShopperId, storeId: StoreId): Promise<VisitId | undefined> {
    const [visit] = await this.database.query<{ visit_id: VisitId }>(
      'SELECT visit_id FROM visits WHERE shopper_id = $1 AND store_id = $2 AND ended_at IS NULL',
      [shopperId, storeId],
    );
    return visit?.visit_id;
  }
}
