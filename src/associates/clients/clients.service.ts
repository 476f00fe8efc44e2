import { Inject, Injectable } from '@nestjs/common';
import { decodeCursor, pageFrom, Sealing, SETTINGS, type Page, type Settings } from '../../platform/index.js';
import type { Instant, PrincipalOf, StaffId } from '../../shared/index.js';
import { reachOf } from '../../stores/index.js';
import { Looks } from '../looks.service.js';
import { firstNameOf } from '../names.rules.js';
import { VisitAliases } from '../visits/visit-aliases.js';
import type { Client } from './clients.dto.js';
import { ClientsRepository, type ClientRow } from './clients.repository.js';
import { byNeed, judge, type Judged } from './clients.rules.js';

const ALIAS_DIGITS = 32;

/** The client book: whom the retailer has assigned to an associate, as far as they consented to clienteling. */
@Injectable()
export class Clients {
  readonly #sealing: Sealing;

  constructor(
    private readonly repository: ClientsRepository,
    private readonly looks: Looks,
    private readonly aliases: VisitAliases,
    @Inject(SETTINGS) { secret }: Settings,
  ) {
    this.#sealing = new Sealing(secret, 'clients');
  }

  /**
   * Those lapsing first. The order is worked out at each look: a cursor is a place in it.
   *
   * @throws Problem 429
   */
  async of(
    associate: PrincipalOf<'staff'>,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
    now: Instant,
  ): Promise<Page<Client>> {
    const from = Number(decodeCursor(cursor, 1)?.[0] ?? 0);
    await this.looks.atClients(associate);
    const rows = await this.repository.of(associate.staffId, reachOf(associate), now);
    const judged = rows
      .map((row) => ({ row, judged: judge(row, now) }))
      .sort((a, b) => byNeed(a.judged, b.judged))
      .map((each, place) => ({ ...each, place: place + 1 }));
    return pageFrom(
      judged.slice(from, from + limit + 1),
      limit,
      ({ place }) => [place],
      ({ row, judged: known }) => this.#shown(row, known, associate.staffId),
    );
  }

  #shown(row: ClientRow, judged: Judged, staffId: StaffId): Client {
    const { shopperId, displayName, tier, visitId, storeId } = row;
    const firstName = firstNameOf(displayName ?? undefined);
    return {
      clientAlias: this.#sealing.mark(staffId, shopperId).slice(0, ALIAS_DIGITS),
      ...(firstName !== undefined && { firstName }),
      ...(tier !== null && { tier }),
      ...judged,
      here:
        visitId === null || storeId === null ? null : { visitAlias: this.aliases.aliasOf(visitId), storeId },
    };
  }
}
