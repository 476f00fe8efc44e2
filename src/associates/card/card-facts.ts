import { Injectable } from '@nestjs/common';
import { Replenishment, ShopperViews } from '../../insights/index.js';
import { localTime, startOfLocalDay, type Instant, type ZoneId } from '../../shared/index.js';
import { Stores, type StoreLayout } from '../../stores/index.js';
import { firstNameOf } from '../names.rules.js';
import type { FloorVisit } from '../visits/floor-visits.service.js';
import { CardRepository, type CardRow } from './card.repository.js';
import type { CardFacts } from './card.rules.js';

/** Gathers what a card is made of. Each part asks for the consent that it needs. */
@Injectable()
export class CardFactsReader {
  constructor(
    private readonly repository: CardRepository,
    private readonly stores: Stores,
    private readonly replenishment: Replenishment,
    private readonly views: ShopperViews,
  ) {}

  /** Undefined when the shopper may not be seen (any more). */
  async of(visit: FloorVisit, now: Instant): Promise<CardFacts | undefined> {
    const layout = this.stores.layout(visit.storeId);
    const timeZone = layout?.timeZone ?? 'UTC';
    const dayBegan = startOfLocalDay(localTime(now, timeZone).date, timeZone);
    const row = await this.repository.find(visit, now, dayBegan);
    if (row === undefined) return undefined;
    const { shopperId } = visit;
    const [needs, views] = await Promise.all([
      this.replenishment.itemsOf(shopperId, now),
      this.views.load([shopperId]),
    ]);
    return {
      ...visit,
      timeZone,
      ...personIn(row),
      zone: zoneIn(row, layout),
      needs,
      mainBrands: views.get(shopperId)?.mainBrands ?? new Map(),
      favourites: row.favourites ?? [],
      lookedAt: row.lookedAt ?? [],
      offers: row.offers,
      notes: row.notes,
      messages: row.messages,
    };
  }
}

function personIn(row: CardRow): Pick<CardFacts, 'firstName' | 'tier' | 'assignedTo' | 'claim'> {
  const { displayName, tier, assignedTo, claimedBy, claimedAt } = row;
  return {
    firstName: firstNameOf(displayName ?? undefined),
    tier: tier ?? undefined,
    assignedTo,
    claim: claimedBy === null || claimedAt === null ? undefined : { by: claimedBy, at: claimedAt },
  };
}

/** A zone that the layout has no more keeps its id as a name. */
function zoneIn({ zoneId, enteredAt }: CardRow, layout: StoreLayout | undefined): CardFacts['zone'] {
  if (zoneId === null || enteredAt === null) return undefined;
  const { name = zoneId, kind = 'aisle', categories = [] } = layout?.zones.get(zoneId as ZoneId) ?? {};
  return { zoneId, name, kind, categories, since: enteredAt };
}
