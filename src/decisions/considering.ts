import { Injectable } from '@nestjs/common';
import { ContactPolicies } from '../limits/index.js';
import { LiveOffers } from '../offers/index.js';
import { Clock } from '../platform/index.js';
import type { PresenceChange } from '../presence/index.js';
import type { DecisionId, DeliveryId, ShopperView } from '../shared/index.js';
import { consider } from './consider.rules.js';
import type { Pending } from './decision.js';
import { Triggering, type Triggered } from './triggering.js';
import { factsOf } from './triggers.rules.js';
import { WarmViews } from './warm-views.js';

/** Thinks decisions through as far as it can be done without a lock. */
@Injectable()
export class Considering {
  constructor(
    private readonly triggering: Triggering,
    private readonly live: LiveOffers,
    private readonly policies: ContactPolicies,
    private readonly views: WarmViews,
    private readonly clock: Clock,
  ) {}

  /** The changes that trigger a live offer, with every candidate judged. Where none matches there is nothing to decide. */
  async pendingOf(changes: readonly PresenceChange[]): Promise<Pending[]> {
    const triggered = changes
      .map((change) => this.triggering.of(change))
      .filter((each) => each !== undefined);
    const about = new Set(triggered.map(({ change }) => change.shopperId));
    const arrived = changes.filter(({ kind, shopperId }) => kind === 'visitStarted' && !about.has(shopperId));
    this.views.warm(arrived.map(({ shopperId }) => shopperId));
    const views = await this.views.of([...about]);
    return triggered.flatMap((each) => {
      const view = views.get(each.change.shopperId);
      return view === undefined ? [] : [this.#pending(each, view)];
    });
  }

  #pending({ change, trigger, layout, candidates }: Triggered, view: ShopperView): Pending {
    const facts = { ...factsOf(trigger, layout, view), visitId: change.visitId };
    const receivedAt = change.receivedAt ?? change.at;
    const considered = consider(candidates, facts, {
      policy: this.policies.current,
      live: this.live.snapshot,
    });
    return {
      changeId: change.changeId,
      decisionId: this.clock.newId<DecisionId>(),
      deliveryId: this.clock.newId<DeliveryId>(),
      shopperId: change.shopperId,
      storeId: change.storeId,
      visitId: change.visitId,
      zoneId: trigger.zoneId,
      on: trigger.on,
      at: trigger.at,
      timeZone: view.timeZone ?? layout.timeZone,
      storeTimeZone: layout.timeZone,
      facts,
      receivedAt,
      latencyMs: {
        received: receivedAt - (change.observedAt ?? change.at),
        considered: this.clock.now() - receivedAt,
      },
      considered,
    };
  }
}
