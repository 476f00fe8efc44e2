import { Injectable } from '@nestjs/common';
import { LiveOffers } from '../offers/index.js';
import { Clock, Metrics } from '../platform/index.js';
import type { PresenceChange } from '../presence/index.js';
import { ZoneMutes } from '../sightings/index.js';
import { Stores } from '../stores/index.js';
import { triggeredBy, type Triggered } from './pending.rules.js';

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
    const layout = this.stores.layout(change.storeId);
    const triggered = layout && triggeredBy(change, this.live.snapshot, layout);
    if (triggered === undefined || !this.#isMuted(change)) return triggered;
    this.metrics.triggersMuted.inc({ kind: change.kind });
    return undefined;
  }

  #isMuted(change: PresenceChange): boolean {
    if (change.kind !== 'zoneEntered' && change.kind !== 'zoneDwelled') return false;
    return this.mutes.isMuted(change.storeId, change.zoneId, change.visitId, this.clock.now());
  }
}
