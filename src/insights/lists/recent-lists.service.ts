import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import { DAY_MS, type Instant, type ShopperId, type ShopperLists } from '../../shared/index.js';
import { LISTS, LIST_DAYS, type List } from './lists.js';

type Row = { shopper_id: ShopperId } & ShopperLists;

/** What shoppers did of late, item by item: read where a rule asks it, and kept nowhere. */
@Injectable()
export class RecentLists {
  constructor(private readonly database: Database) {}

  /**
   * These lists of these shoppers at `at`, in one round trip; nobody is in it who does not consent to `profiling`.
   * Where no list is asked for nothing is read.
   */
  async of(
    ids: readonly ShopperId[],
    names: ReadonlySet<string>,
    at: Instant,
  ): Promise<ReadonlyMap<ShopperId, ShopperLists>> {
    const asked = LISTS.filter(({ name }) => names.has(name));
    if (asked.length === 0 || ids.length === 0) return new Map();
    const rows = await this.database.query<Row>(
      `SELECT asked.shopper_id, ${asked.map(selected).join(', ')}
       FROM consents AS asked WHERE shopper_id = ANY($1) AND purpose = 'profiling' AND granted`,
      [ids, timestamp(at - LIST_DAYS * DAY_MS)],
    );
    return new Map(rows.map(({ shopper_id: id, ...lists }) => [id, lists as ShopperLists]));
  }
}

/** The list as an array, each item an object without what is not known. */
function selected({ name, from, most, items }: List): string {
  const pairs = items.map(({ field, column }) => `'${field}', ${column}`);
  return `(SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(${pairs.join(', ')}))), '[]')
           ${from('$2', most)}) AS ${name}`;
}
