import { Injectable } from '@nestjs/common';
import { Clock, Log } from '../../platform/index.js';
import { PresenceService } from '../../presence/index.js';
import type { ShopperId, StoreId } from '../../shared/index.js';
import { firstNameOf } from '../names.rules.js';
import { VisitAliases } from '../visits/visit-aliases.js';
import { RosterRepository, type RosterRow } from './roster.repository.js';
import type { SeenVisit } from './roster.rules.js';

/**
 * Who is in a store now. Postgres says who may be seen and where they were last; live presence whether they are still
 * there, for after a loss of Redis a visit stays open that nobody will end. While Redis does not answer, Postgres is
 * believed.
 */
@Injectable()
export class RosterReader {
  constructor(
    private readonly repository: RosterRepository,
    private readonly presence: PresenceService,
    private readonly aliases: VisitAliases,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** By store, who came last, last; of `shopperIds` only, where given. */
  async read(
    storeIds: readonly StoreId[],
    shopperIds?: readonly ShopperId[],
  ): Promise<Map<StoreId, SeenVisit[]>> {
    const rows = await this.repository.openIn(storeIds, this.clock.now(), shopperIds);
    const present = await this.#storesOf(rows);
    const seen = new Map<StoreId, SeenVisit[]>(storeIds.map((storeId) => [storeId, []]));
    for (const row of rows) {
      if (present !== undefined && present.get(row.shopperId) !== row.storeId) continue;
      seen.get(row.storeId)?.push(this.#seen(row));
    }
    return seen;
  }

  async #storesOf(rows: readonly RosterRow[]): Promise<Map<ShopperId, StoreId> | undefined> {
    if (rows.length === 0) return undefined;
    return this.presence.storesOf(rows.map(({ shopperId }) => shopperId)).catch((error: unknown) => {
      this.log.warn({ event: 'floor.presence-unknown', error });
      return undefined;
    });
  }

  #seen(row: RosterRow): SeenVisit {
    const { visitId, shopperId, startedAt, zoneId, enteredAt, claimedBy, claimedAt, offers, messages } = row;
    return {
      visitId,
      visitAlias: this.aliases.aliasOf(visitId),
      shopperId,
      startedAt,
      zone: zoneId === null || enteredAt === null ? undefined : { zoneId, since: enteredAt },
      firstName: firstNameOf(row.displayName ?? undefined),
      tier: row.tier ?? undefined,
      assignedTo: row.assignedTo ?? undefined,
      claim: claimedBy === null || claimedAt === null ? undefined : { by: claimedBy, at: claimedAt },
      offers,
      messages,
    };
  }
}
