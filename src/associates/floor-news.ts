import { Injectable } from '@nestjs/common';
import { Bus } from '../platform/index.js';
import type { PresenceChange } from '../presence/index.js';
import type { ShopperId, StoreId } from '../shared/index.js';

/** Says on the shop floors that there is something new to see. */
@Injectable()
export class FloorNews {
  constructor(private readonly bus: Bus) {}

  /**
   * After changes of presence and what was decided upon them are committed. A hint without content, to every process:
   * those with tablets in the store look for themselves.
   */
  tell(changes: readonly PresenceChange[]): void {
    const visits = new Map<string, { shopperId: ShopperId; storeId: StoreId }>();
    for (const { shopperId, storeId } of changes)
      visits.set(`${storeId} ${shopperId}`, { shopperId, storeId });
    if (visits.size > 0) this.bus.emit('floor.changed', { visits: [...visits.values()] });
  }
}
