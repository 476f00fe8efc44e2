import { Injectable } from '@nestjs/common';
import type { NeedsRow, WorthRow } from '../insights/index.js';
import { Database, timestamp } from '../platform/index.js';
import type { HourRange, Instant, ShopperId } from '../shared/index.js';
import type { CustomerView } from './customer-view.dto.js';
import { CUSTOMER_VIEW } from './customer-view.sql.js';
import type { Totals } from './value.rules.js';

/** One shopper as Postgres gives it; what needs `profiling` is null without it. */
export interface CustomerRow {
  shopper_id: ShopperId;
  display_name: string | null;
  locale: string | null;
  time_zone: string | null;
  home_store_id: string | null;
  household_id: string | null;
  birthday: string | null;
  attributes: Record<string, unknown>;
  loyalty: Record<string, unknown> | null;
  /** Where the programme keeps points itself; then it stands for `loyalty`. */
  standing: Record<string, unknown> | null;
  loyalty_moves: object[];
  acquisition: Record<string, unknown> | null;
  assigned_associate: string | null;
  created_at: Instant;
  updated_at: Instant;
  carries: string[];
  segments: string[];
  consents: Partial<CustomerView['consents']>;
  totals: Totals | null;
  favourite_products: CustomerView['favourites']['products'] | null;
  favourite_categories: CustomerView['favourites']['categories'] | null;
  visits: CustomerView['recent']['visits'];
  purchases: CustomerView['recent']['purchases'];
  interactions: CustomerView['recent']['interactions'];
  offers: CustomerView['recent']['offers'];
  feedback: CustomerView['recent']['feedback'];
  messages: CustomerView['recent']['messages'];
  notes: CustomerView['recent']['notes'];
  preferences: { quietHours?: HourRange; snoozeUntil?: Instant; mutedCategories?: string[] };
  devices: CustomerView['devices'];
  interaction_counts: CustomerView['interactions']['counts'];
  offer_totals: CustomerView['offers'];
  browsed_not_bought: CustomerView['interactions']['browsedNotBought'] | null;
  needs: NeedsRow;
  worth: WorthRow;
}

/** Reads across the tables of all rooms, and writes none. */
@Injectable()
export class CustomerViewRepository {
  constructor(private readonly database: Database) {}

  /** All that is shown of a shopper, and what the estimates are made from; `undefined` when there is no such shopper. */
  async find(shopperId: ShopperId, now: Instant): Promise<CustomerRow | undefined> {
    const [row] = await this.database.query<CustomerRow>(CUSTOMER_VIEW, [shopperId, timestamp(now)]);
    return row;
  }
}
