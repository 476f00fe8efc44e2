import { Injectable } from '@nestjs/common';
import { Consents } from '../consent/index.js';
import { Clock, Database, Outbox, lockShoppers, timestamp, type Handled } from '../platform/index.js';
import type { DurableEvents, ShopperId } from '../shared/index.js';
import { PresenceService } from './presence.service.js';

// A process may still hold the shopper's beacons for this long, and begin a presence anew.
const CACHES_DROPPED_MS = 6_000;

/** Ends what is under way of a shopper who may no longer be sensed. */
@Injectable()
export class Withdrawal {
  constructor(
    private readonly presence: PresenceService,
    private readonly consents: Consents,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** Handles `consent.withdrawn`: ends live presence, visit and stay, and has `presence.ended` close the open offers. */
  async handle({ shopperId, purpose }: DurableEvents['consent.withdrawn']): Promise<Handled> {
    if (purpose !== 'location') return 'done';
    const granted = (await this.consents.of([shopperId])).get(shopperId);
    if (granted?.location === true) return 'done';
    const wasPresent = (await this.presence.of(shopperId)) !== undefined;
    await this.presence.forget(shopperId);
    const closed = await this.#close(shopperId);
    this.outbox.filled();
    // Again until there is nothing to end, for what a last sighting on its way brought back.
    return wasPresent || closed > 0 ? { again: this.clock.now() + CACHES_DROPPED_MS } : 'done';
  }

  /** Closes open visits and their stays, and gives how many visits that were. */
  #close(shopperId: ShopperId): Promise<number> {
    const id = this.clock.newId();
    const now = timestamp(this.clock.now());
    return this.database.transaction(async (tx) => {
      // The lock that decisions take first: what they commit after this sees the consent withdrawn.
      await lockShoppers(tx, [shopperId]);
      await tx.run(
        `UPDATE stays SET left_at = greatest(entered_at, $2) FROM visits
         WHERE visits.visit_id = stays.visit_id AND visits.shopper_id = $1 AND visits.ended_at IS NULL
           AND stays.left_at IS NULL`,
        [shopperId, now],
      );
      const closed = await tx.run(
        'UPDATE visits SET ended_at = greatest(started_at, $2) WHERE shopper_id = $1 AND ended_at IS NULL',
        [shopperId, now],
      );
      await this.outbox.write(tx, [{ id, event: 'presence.ended', payload: { shopperId } }]);
      return closed;
    });
  }
}
