import type { PresenceChange } from '../../presence/index.js';
import {
  SECOND_MS,
  type ChangeId,
  type Instant,
  type ShopperId,
  type StoreId,
  type VisitId,
  type ZoneId,
} from '../../shared/index.js';

/** A visit as it is on record, with its stays and check-ins. */
export interface RecordedVisit {
  visitId: VisitId;
  shopperId: ShopperId;
  storeId: StoreId;
  startedAt: Instant;
  /** Undefined while it goes on. */
  endedAt: Instant | undefined;
  via: 'sighting' | 'checkin';
  stays: readonly { zoneId: ZoneId; enteredAt: Instant; leftAt: Instant | undefined }[];
  checkIns: readonly { checkinId: string; zoneId: ZoneId | undefined; at: Instant }[];
}

/**
 * The moments of a visit that decide something, as presence told them: its beginning, each stay, each dwell that an
 * offer waits for, each check-in, and the end of each stay, from which zones are re-armed. A stay that proved mistaken
 * ended when it began and is left out.
 *
 * @param dwellSeconds every dwell that some offer waits for, ascending
 * @param until where a stay is taken to end that still goes on
 */
export function momentsOf(
  visit: RecordedVisit,
  dwellSeconds: readonly number[],
  until: Instant,
): PresenceChange[] {
  const { visitId, shopperId, storeId, startedAt, via } = visit;
  const idOf = (what: string): ChangeId => `${visitId} ${what}` as ChangeId;
  // What overtook the beginning of its visit is not before it, so that visits can be read in the order of those.
  const notBefore = (at: Instant): Instant => Math.max(at, startedAt);
  const of = { shopperId, storeId, visitId };
  const moments: PresenceChange[] = [
    { kind: 'visitStarted', changeId: idOf('start'), ...of, at: startedAt, startedAt, via },
  ];
  for (const { zoneId, enteredAt, leftAt } of visit.stays) {
    const end = leftAt ?? visit.endedAt ?? until;
    if (end <= enteredAt) continue;
    const stay = `${zoneId} ${enteredAt}`;
    moments.push({ kind: 'zoneEntered', changeId: idOf(stay), ...of, at: notBefore(enteredAt), zoneId });
    for (const seconds of dwellSeconds) {
      const at = enteredAt + seconds * SECOND_MS;
      if (at > end) break;
      const changeId = idOf(`${stay} ${seconds}`);
      const dwell = { zoneId, enteredAt, dwellSeconds: seconds };
      moments.push({ kind: 'zoneDwelled', changeId, ...of, at: notBefore(at), ...dwell });
    }
    if (leftAt === undefined) continue;
    const at = notBefore(leftAt);
    moments.push({ kind: 'zoneExited', changeId: idOf(`${stay} end`), ...of, at, zoneId, enteredAt });
  }
  for (const { checkinId, zoneId, at } of visit.checkIns) {
    const where = zoneId === undefined ? {} : { zoneId };
    moments.push({
      kind: 'checkedIn',
      changeId: idOf(checkinId),
      ...of,
      at: notBefore(at),
      checkinId,
      ...where,
    });
  }
  return moments;
}

/**
 * Puts the moments of many visits into one order by time, although visits are read in steps: what may still be
 * overtaken by a visit that has not been read is kept back. The order does not depend on how large the steps are.
 */
export class InOrder {
  #waiting: PresenceChange[] = [];

  /**
   * @param horizon no visit that is yet to be read has a moment before this one; Infinity with the last step
   * @returns what can be told now, in order
   */
  take(moments: readonly PresenceChange[], horizon: Instant): PresenceChange[] {
    const all = [...this.#waiting, ...moments].sort(byTime);
    const known = all.findIndex(({ at }) => at >= horizon);
    this.#waiting = known === -1 ? [] : all.slice(known);
    return known === -1 ? all : all.slice(0, known);
  }
}

/** As presence tells what happens at one moment. */
const RANK: Readonly<Record<PresenceChange['kind'], number>> = {
  visitStarted: 0,
  zoneExited: 1,
  zoneEntered: 2,
  zoneDwelled: 3,
  checkedIn: 4,
  visitEnded: 5,
};

function byTime(a: PresenceChange, b: PresenceChange): number {
  return (
    a.at - b.at ||
    compared(a.visitId, b.visitId) ||
    RANK[a.kind] - RANK[b.kind] ||
    compared(a.changeId, b.changeId)
  );
}

function compared(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
