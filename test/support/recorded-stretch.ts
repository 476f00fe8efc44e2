import type { PresenceChange } from '../../src/presence/index.js';
import {
  seeded,
  type ChangeId,
  type Instant,
  type ShopperId,
  type StoreId,
  type VisitId,
  type ZoneId,
} from '../../src/shared/index.js';

const ZONES = ['tea', 'coffee'] as ZoneId[];
const STAYS_A_VISIT = 5;
const MOST_MS_A_VISIT = 20_000;

export interface Stretch {
  /** In the order in which presence would tell them. */
  changes: PresenceChange[];
  from: Instant;
  to: Instant;
}

/**
 * Three quarters of a minute in which shoppers walk between two zones of two shops, twice each: made from `name`, so
 * that the same name walks the same ways.
 */
export function stretchOf(
  name: string,
  shoppers: readonly ShopperId[],
  storeIds: readonly StoreId[],
): Stretch {
  const roll = seeded(name);
  const upTo = (most: number): number => Math.floor(roll() * most);
  const id = (): string =>
    `0190a000-0000-7000-8000-${Array.from({ length: 12 }, () => upTo(16).toString(16)).join('')}`;
  const from = Date.now() - 46_000;
  const changes = shoppers.flatMap((shopperId) =>
    [0, 1].flatMap((visit) => {
      const startedAt = from + visit * MOST_MS_A_VISIT + upTo(2_000);
      const storeId = storeIds[upTo(storeIds.length)] as StoreId;
      const of = { shopperId, storeId, visitId: id() as VisitId };
      const told = (at: Instant) => ({
        ...of,
        changeId: id() as ChangeId,
        at,
        receivedAt: at,
        observedAt: at,
      });
      const begun: PresenceChange = { ...told(startedAt), kind: 'visitStarted', startedAt, via: 'sighting' };
      let at = startedAt;
      const stays = Array.from({ length: STAYS_A_VISIT }, (): PresenceChange[] => {
        const enteredAt = at + 1 + upTo(1_200);
        at = enteredAt + 1 + upTo(2_300);
        const zoneId = ZONES[upTo(2)] as ZoneId;
        const dwelledAt = enteredAt + 1_000;
        const dwell = { kind: 'zoneDwelled', zoneId, enteredAt, dwellSeconds: 1 } as const;
        return [
          { ...told(enteredAt), kind: 'zoneEntered', zoneId },
          ...(dwelledAt <= at ? [{ ...told(dwelledAt), ...dwell }] : []),
          { ...told(at), kind: 'zoneExited', zoneId, enteredAt },
        ];
      });
      const ended: PresenceChange = { ...told(at), kind: 'visitEnded', startedAt, endedAt: at };
      return [begun, ...stays.flat(), ended];
    }),
  );
  const inOrder = changes.sort(
    (a, b) => a.at - b.at || (a.visitId < b.visitId ? -1 : Number(a.visitId > b.visitId)),
  );
  return { changes: inOrder, from, to: Date.now() };
}
