import type { Instant, ShopperId, VisitId, ZoneId } from '../../shared/index.js';
import type { PresenceChange } from '../changes.js';

/** A stay as it stood once everything that bears on it was decided. */
export interface SettledStay {
  walker: ShopperId;
  visitId: VisitId;
  zoneId: ZoneId;
  enteredAt: Instant;
  /** Undefined where it was never left. */
  leftAt: Instant | undefined;
}

/** The stays that were borne out, as the ledger keeps them: what was told by mistake is left out. */
export function settledStays(changes: readonly PresenceChange[]): SettledStay[] {
  const stays = new Map<string, SettledStay>();
  for (const change of changes) {
    if (change.kind !== 'zoneEntered' && change.kind !== 'zoneExited') continue;
    const { visitId, zoneId, shopperId: walker } = change;
    const enteredAt = change.kind === 'zoneEntered' ? change.at : change.enteredAt;
    const key = `${visitId} ${zoneId} ${enteredAt}`;
    if (change.kind === 'zoneEntered')
      stays.set(key, { walker, visitId, zoneId, enteredAt, leftAt: undefined });
    else if (change.mistaken) stays.delete(key);
    else stays.set(key, { walker, visitId, zoneId, enteredAt, leftAt: change.at });
  }
  return [...stays.values()].sort(
    (a, b) =>
      (a.walker === b.walker ? 0 : a.walker < b.walker ? -1 : 1) ||
      a.enteredAt - b.enteredAt ||
      (a.zoneId < b.zoneId ? -1 : 1),
  );
}
