import type { ContactPolicy } from '../limits/index.js';
import type { LiveOffer } from '../offers/index.js';
import type { PresenceChange } from '../presence/index.js';
import { HOUR_MS, type Instant, type TriggerKind, type VisitId } from '../shared/index.js';
import type { Pending } from './decision.js';
import { rearmMs } from './rearm.rules.js';
import { stayOf } from './visit-effects.rules.js';

/** Nobody stays longer than a visit, which is over after so long: a trigger further back is of no stay that counts. */
export const LONGEST_STAY_MS = 4 * HOUR_MS;

interface Trigger {
  on: TriggerKind;
  at: Instant;
  visitId: VisitId;
}

interface Stay {
  visitId: VisitId;
  enteredAt: Instant;
  leftAt: Instant;
}

interface Zone {
  triggers: Trigger[];
  stays: Stay[];
  /** The newest of them all. */
  touchedAt: Instant;
}

/** The longest of these offers; 0 where none is re-armed by time. */
export function longestRearmOf(offers: readonly LiveOffer[], policy: ContactPolicy): number {
  return offers.reduce((longest, offer) => Math.max(longest, rearmMs(offer, policy)), 0);
}

/**
 * When shoppers left zones in which something had triggered: in memory what the ledger and the stays say in the shop
 * (`last-exits.ts`). Told in the order of time; what no re-arm looks back to any more is forgotten.
 */
export class ZoneExits {
  /** By shopper, store and zone; the one that was touched last stands last. */
  readonly #zones = new Map<string, Zone>();

  constructor(private readonly withinMs: number) {}

  /** What a change says of a zone's end; others say nothing. */
  learn(change: PresenceChange): void {
    const stay = stayOf(change);
    if (this.withinMs === 0 || stay === undefined || stay.leftAt === null) return;
    const { visitId, zoneId, enteredAt, leftAt } = stay;
    this.#touch({ ...change, zoneId }).stays.push({ visitId, enteredAt, leftAt });
  }

  /** Something triggered, whatever was decided. */
  triggered(pending: Pending): void {
    if (this.withinMs === 0 || pending.zoneId === undefined) return;
    const { on, at, visitId } = pending;
    this.#touch(pending).triggers.push({ on, at, visitId });
  }

  /** When the shopper last left the zone where the same kind of trigger had gone off. */
  leftAt(pending: Pending): Instant | undefined {
    const zone = this.withinMs === 0 ? undefined : this.#zones.get(keyOf(pending));
    if (zone === undefined) return undefined;
    const { on, at } = pending;
    const wentOff = (stay: Stay): boolean =>
      zone.triggers.some(
        (trigger) =>
          trigger.on === on &&
          trigger.visitId === stay.visitId &&
          stay.enteredAt <= trigger.at &&
          trigger.at <= stay.leftAt,
      );
    const left = zone.stays.filter((stay) => stay.leftAt <= at && wentOff(stay)).map((stay) => stay.leftAt);
    return left.length === 0 ? undefined : Math.max(...left);
  }

  #touch(where: Place & { at: Instant }): Zone {
    const key = keyOf(where);
    const known = this.#zones.get(key) ?? { triggers: [], stays: [], touchedAt: where.at };
    const since = where.at - this.withinMs;
    const zone = {
      triggers: known.triggers.filter(({ at }) => at >= since - LONGEST_STAY_MS),
      stays: known.stays.filter(({ leftAt }) => leftAt > since),
      touchedAt: Math.max(known.touchedAt, where.at),
    };
    this.#zones.delete(key);
    this.#zones.set(key, zone);
    this.#forget(since - LONGEST_STAY_MS);
    return zone;
  }

  #forget(before: Instant): void {
    for (const [key, { touchedAt }] of this.#zones) {
      if (touchedAt >= before) return;
      this.#zones.delete(key);
    }
  }
}

type Place = Pick<Pending, 'shopperId' | 'storeId' | 'zoneId'>;

function keyOf({ shopperId, storeId, zoneId = '' as never }: Place): string {
  return `${shopperId}\n${storeId}\n${zoneId}`;
}
