import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, Outbox, timestamp, type Handled, type Queryable } from '../platform/index.js';
import { Merges } from '../shoppers/index.js';
import { SECOND_MS, type DurableEvents, type ShopperId } from '../shared/index.js';
import { PresenceService } from './presence.service.js';

// A process may still hold the shopper's beacons for this long, and begin a presence anew.
const CACHES_DROPPED_MS = 6 * SECOND_MS;

/**
 * Visits of a shopper who is merged. What is open of them ends there: whoever stands for them is sensed by the same
 * beacons from then on, and two open visits of one shopper in a store there cannot be.
 */
@Injectable()
export class MergedVisits implements OnModuleInit {
  constructor(
    private readonly merges: Merges,
    private readonly presence: PresenceService,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.merges.step('visits', (tx, { from, into }) => this.#move(tx, from, into));
    this.outbox.handle('shopper.merged', (merged) => this.#end(merged));
  }

  async #move(tx: Queryable, from: ShopperId, into: ShopperId): Promise<number> {
    const now = timestamp(this.clock.now());
    await tx.run(
      `UPDATE stays SET left_at = greatest(entered_at, $2) FROM visits
       WHERE visits.visit_id = stays.visit_id AND visits.shopper_id = $1 AND visits.ended_at IS NULL
         AND stays.left_at IS NULL`,
      [from, now],
    );
    return tx.run(
      `UPDATE visits SET shopper_id = $2, ended_at = coalesce(ended_at, greatest(started_at, $3))
       WHERE shopper_id = $1`,
      [from, into, now],
    );
  }

  /** Again until nothing is alive, for what a last sighting on its way brought back. */
  async #end({ from }: DurableEvents['shopper.merged']): Promise<Handled> {
    if ((await this.presence.of(from)) === undefined) return 'done';
    await this.presence.forget(from);
    return { again: this.clock.now() + CACHES_DROPPED_MS };
  }
}
