import { Injectable } from '@nestjs/common';
import { ShopperLooks } from '../access/index.js';
import {
  CustomerValues,
  Replenishment,
  type CustomerValue,
  type ReplenishmentItem,
} from '../insights/index.js';
import { Clock, notFound } from '../platform/index.js';
import { toRfc3339, type Instant, type Principal, type ShopperId } from '../shared/index.js';
import type { CustomerView } from './customer-view.dto.js';
import { CustomerViewRepository, type CustomerRow } from './customer-view.repository.js';
import { UNKNOWN_VALUE, valueOf } from './value.rules.js';

const NOT_SAID = { granted: false } as const;
/** One page; who wants all of hundreds asks for them. */
const PRODUCTS_SHOWN = 50;

/** All that is known of one shopper, on one page. */
@Injectable()
export class CustomerViews {
  constructor(
    private readonly repository: CustomerViewRepository,
    private readonly replenishment: Replenishment,
    private readonly values: CustomerValues,
    private readonly looks: ShopperLooks,
    private readonly clock: Clock,
  ) {}

  /**
   * The view, of which the audit log tells who had it.
   *
   * @throws Problem 404 for no such shopper, or one of stores that the asker is not of
   */
  shownTo(asker: Principal, shopperId: ShopperId): Promise<CustomerView> {
    return this.looks.at(asker, shopperId, () => this.of(shopperId));
  }

  /** @throws Problem 404 for no such shopper */
  async of(shopperId: ShopperId): Promise<CustomerView> {
    const now = this.clock.now();
    let row = await this.repository.find(shopperId, now);
    if (row === undefined) throw notFound('shopper');
    if (await this.#settle(row, now)) row = (await this.repository.find(shopperId, now)) ?? row;
    const items = (level: 'category' | 'product') =>
      this.replenishment.itemsFrom(row.needs, now, { level, explain: false });
    const needs = { categories: items('category'), products: items('product').slice(0, PRODUCTS_SHOWN) };
    return viewOf(row, needs, now, this.values.from(row.worth, now));
  }

  /** The first look after a consent folds what was bought before. @returns true where there was something to do */
  async #settle({ shopper_id: shopperId, needs, worth }: CustomerRow, now: Instant): Promise<boolean> {
    if (!needs.settled) await this.replenishment.settle(shopperId);
    if (!worth.settled) await this.values.settle(shopperId, now);
    return !needs.settled || !worth.settled;
  }
}

function viewOf(
  row: CustomerRow,
  needs: { categories: ReplenishmentItem[]; products: ReplenishmentItem[] },
  now: Instant,
  worth: CustomerValue | undefined,
): CustomerView {
  const { location, profiling, push, clienteling } = row.consents;
  return {
    profile: profileOf(row),
    loyalty: row.standing === null ? row.loyalty : { ...row.standing, moves: row.loyalty_moves },
    consents: {
      location: location ?? NOT_SAID,
      profiling: profiling ?? NOT_SAID,
      push: push ?? NOT_SAID,
      clienteling: clienteling ?? NOT_SAID,
    },
    value: row.totals === null ? UNKNOWN_VALUE : valueOf(row.totals, now, worth),
    favourites: { products: row.favourite_products ?? [], categories: row.favourite_categories ?? [] },
    replenishment: needs.categories,
    productReplenishment: needs.products,
    recent: {
      visits: row.visits,
      purchases: row.purchases,
      interactions: row.interactions,
      offers: row.offers,
      feedback: row.feedback,
      messages: row.messages,
      notes: row.notes,
    },
    devices: row.devices,
    preferences: preferencesOf(row),
    interactions: { counts: row.interaction_counts, browsedNotBought: row.browsed_not_bought ?? [] },
    offers: row.offer_totals,
    segments: row.segments,
  };
}

function profileOf(row: CustomerRow): CustomerView['profile'] {
  return {
    shopperId: row.shopper_id,
    displayName: row.display_name ?? undefined,
    locale: row.locale ?? undefined,
    timeZone: row.time_zone ?? undefined,
    homeStoreId: row.home_store_id ?? undefined,
    householdId: row.household_id ?? undefined,
    birthday: row.birthday ?? undefined,
    attributes: row.attributes,
    acquisition: row.acquisition ?? undefined,
    assignedAssociate: row.assigned_associate ?? undefined,
    carries: row.carries,
    createdAt: toRfc3339(row.created_at),
    updatedAt: toRfc3339(row.updated_at),
  };
}

function preferencesOf({
  preferences: { quietHours, snoozeUntil, mutedCategories },
}: CustomerRow): CustomerView['preferences'] {
  return {
    ...(quietHours !== undefined && { quietHours }),
    ...(snoozeUntil !== undefined && { snoozeUntil: toRfc3339(snoozeUntil) }),
    mutedCategories: mutedCategories ?? [],
  };
}
