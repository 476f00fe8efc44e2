import type { PresenceChange } from '../../src/presence/changes.js';
import type { Instant } from '../../src/shared/index.js';

/** What remains of changes once mistakes are left out: visits exactly, stays by zone and order. */
export function outcomeOf(changes: readonly PresenceChange[]): unknown {
  const stays = new Map<string, { zoneId: string; enteredAt: Instant }>();
  for (const change of changes) {
    if (change.kind === 'zoneEntered')
      stays.set(`${change.zoneId}@${change.at}`, { zoneId: change.zoneId, enteredAt: change.at });
    if (change.kind === 'zoneExited' && change.mistaken) stays.delete(`${change.zoneId}@${change.enteredAt}`);
  }
  return {
    zones: [...stays.values()].sort((a, b) => a.enteredAt - b.enteredAt).map(({ zoneId }) => zoneId),
    visits: changes.flatMap((change) =>
      change.kind === 'visitEnded' ? [{ startedAt: change.startedAt, endedAt: change.endedAt }] : [],
    ),
  };
}
