import { Injectable } from '@nestjs/common';
import { LiveOffers, type LiveOffer } from '../offers/index.js';
import { Clock, Metrics } from '../platform/index.js';
import type { PresenceChange } from '../presence/index.js';
import { ZoneMutes } from '../sightings/index.js';
import { Stores, type StoreLayout } from '../stores/index.js';
import { candidatesOf, triggerOf, type Trigger } from './triggers.rules.js';

/** A change with the live offers that it triggers. */
export interface Triggered {
  change: PresenceChange;
  trigger: Trigger;
  layout: StoreLayout;
  candidates: readonly LiveOffer[];
}

/** Finds what changes of presence trigger; entering a zone that flaps triggers nothing. */
@Injectable()
export class Triggering {
  constructor(
    private readonly stores: Stores,
    private readonly live: LiveOffers,
    private readonly mutes: ZoneMutes,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /** Undefined where no live offer waits for it; then there is nothing to decide, and nothing for the ledger. */
  of(change: PresenceChange): Triggered | undefined {
    const trigger = triggerOf(change);
    const layout = this.stores.layout(change.storeId);
    if (trigger === undefined || layout === undefined) return undefined;
    const candidates = candidatesOf(this.live.snapshot, trigger, layout);
    if (candidates.length === 0) return undefined;
    if (this.#isMuted(change)) {
      this.metrics.triggersMuted.inc({ kind: change.kind });
      return undefined;
    }
    return { change, trigger, layout, candidates };
  }

  #isMuted(change: PresenceChange): boolean {
    if (change.kind !== 'zoneEntered' && change.kind !== 'zoneDwelled') return false;
    return this.mutes.isMuted(change.storeId, change.zoneId, change.visitId, this.clock.now());
  }
}
