import { Injectable } from '@nestjs/common';
import { Bus, Clock, notFound, Outbox, Tombstones } from '../../platform/index.js';
import { toRfc3339, type Instant, type Principal, type ShopperId } from '../../shared/index.js';
import type { Departing } from '../../shoppers/index.js';
import { ErasuresRepository } from './erasures.repository.js';
import { SealedPersons } from './person.js';

/** Tells every process at once that somebody is gone. What no hint reaches learns it within seconds by itself. */
@Injectable()
export class ErasureAnnouncements {
  constructor(
    private readonly bus: Bus,
    private readonly outbox: Outbox,
  ) {}

  tell({ shopperIds, beaconIds }: Departing): void {
    for (const shopperId of shopperIds) {
      this.bus.emit('credential.revoked', { credential: `shopper:${shopperId}` });
      this.bus.emit('shopper.changed', { shopperId });
    }
    this.bus.emit('beacons.changed', { beaconIds: [...beaconIds] });
    this.outbox.filled();
  }
}

/** Erasures as asked for and told of. */
@Injectable()
export class Erasures {
  constructor(
    private readonly repository: ErasuresRepository,
    private readonly persons: SealedPersons,
    private readonly tombstones: Tombstones,
    private readonly announcements: ErasureAnnouncements,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins to erase a shopper, under whichever of their ids. Asked for again, it is the same erasure.
   *
   * @throws Problem 404 for a shopper nobody knows and nobody erased
   */
  async request(
    shopperId: ShopperId,
    { principal, receivedAt }: { principal: Principal; receivedAt: Instant },
  ): Promise<{ erasureId: string }> {
    const erasureId = this.clock.newId();
    const person = await this.repository.begin({
      erasureId,
      shopperId,
      requestedBy: principal,
      at: receivedAt,
      seal: (whom) => this.persons.seal(whom, erasureId),
    });
    if (person !== undefined) {
      this.announcements.tell(person);
      return { erasureId };
    }
    const before = await this.tombstones.erasureOf(shopperId);
    if (before === undefined) throw notFound('shopper');
    return { erasureId: before };
  }

  /** @throws Problem 404 */
  async shown(erasureId: string): Promise<object> {
    const row = await this.repository.find(erasureId);
    if (row === undefined) throw notFound('erasure');
    return {
      erasureId,
      state: row.finished_at === null ? 'running' : 'done',
      requestedAt: toRfc3339(row.requested_at),
      ...(row.finished_at !== null && { finishedAt: toRfc3339(row.finished_at) }),
      passes: row.passes,
      erased: row.steps,
    };
  }
}
