import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import type { Instant, ShopperId, ShopperView } from '../../shared/index.js';
import { HOUSEHOLD } from '../replenishment/rows.js';
import { rewound, type Since } from './rewind.rules.js';
import { ShopperViews } from './shopper-views.service.js';

/** How far back, and of which categories the habits are asked. */
interface Asked {
  since: Instant;
  categories: ReadonlySet<string>;
}

interface BoughtRow {
  shopper_id: ShopperId;
  purchases: Instant[] | null;
  last_before: Instant | null;
}

const BUYERS = `
  WITH asked AS MATERIALIZED (
    SELECT asked.shopper_id, asked.shopper_id || ${HOUSEHOLD} AS buyers FROM shoppers AS asked
    WHERE asked.shopper_id = ANY($1)
  )`;
const MS = '(extract(epoch FROM purchased_at) * 1000)::bigint';

/** One shopper's view at any moment since some day: what they bought later is not in it, all else is as it is now. */
export class PastView {
  #bought = -1;
  #last: ShopperView;

  constructor(
    private readonly now: ShopperView,
    private readonly since: Since | undefined,
  ) {
    this.#last = now;
  }

  /** Moments in ascending order are cheapest: the view changes with each purchase only. */
  at(instant: Instant): ShopperView {
    if (this.since === undefined) return this.now;
    const bought = this.since.purchases.filter((purchase) => purchase <= instant).length;
    if (bought !== this.#bought) {
      this.#bought = bought;
      this.#last = rewound(this.now, this.since, instant);
    }
    return this.#last;
  }
}

/** Views of shoppers as they were, as far as purchases can be taken back cheaply. Reads, and writes nothing. */
@Injectable()
export class PastViews {
  constructor(
    private readonly views: ShopperViews,
    private readonly database: Database,
  ) {}

  /** @returns who is not known is not in it */
  async load(ids: readonly ShopperId[], asked: Asked): Promise<Map<ShopperId, PastView>> {
    const views = await this.views.asKept(ids);
    const since = await this.#boughtSince([...views.values()], asked);
    return new Map([...views].map(([id, view]) => [id, new PastView(view, since.get(id))]));
  }

  async #boughtSince(
    views: readonly ShopperView[],
    { since, categories }: Asked,
  ): Promise<Map<ShopperId, Since>> {
    const buyers = views.filter(({ activity }) => (activity.lastVisitAt ?? -Infinity) >= since);
    if (buyers.length === 0) return new Map();
    const [purchases, byCategory] = await Promise.all([
      this.#purchases(
        buyers.map(({ shopperId }) => shopperId),
        since,
      ),
      this.#byCategory(buyers, { since, categories }),
    ]);
    return new Map(
      purchases.map((row) => [
        row.shopper_id,
        { ...boughtOf(row), categories: byCategory.get(row.shopper_id) ?? new Map() },
      ]),
    );
  }

  #purchases(ids: readonly ShopperId[], since: Instant): Promise<BoughtRow[]> {
    return this.database.query<BoughtRow>(
      `${BUYERS}
       SELECT asked.shopper_id,
         (SELECT jsonb_agg(${MS} ORDER BY purchased_at) FROM purchases
          WHERE shopper_id = ANY(asked.buyers) AND purchased_at >= $2) AS purchases,
         (SELECT max(purchased_at) FROM purchases
          WHERE shopper_id = ANY(asked.buyers) AND purchased_at < $2) AS last_before
       FROM asked`,
      [ids, timestamp(since)],
    );
  }

  /** Only of those who bought one of the categories since: for the others nothing is to be taken back. */
  async #byCategory(
    views: readonly ShopperView[],
    { since, categories }: Asked,
  ): Promise<Map<ShopperId, Map<string, Omit<Since, 'categories'>>>> {
    const ids = views
      .filter(({ replenishment }) =>
        [...categories].some(
          (category) => (replenishment.get(category)?.state.lastPurchasedAt ?? -Infinity) >= since,
        ),
      )
      .map(({ shopperId }) => shopperId);
    const found = new Map<ShopperId, Map<string, Omit<Since, 'categories'>>>();
    if (ids.length === 0) return found;
    const rows = await this.database.query<BoughtRow & { category: string }>(
      `${BUYERS}
       SELECT asked.shopper_id, category,
         jsonb_agg(${MS} ORDER BY purchased_at) FILTER (WHERE purchased_at >= $2) AS purchases,
         max(purchased_at) FILTER (WHERE purchased_at < $2) AS last_before
       FROM asked
       JOIN purchases AS bought ON bought.shopper_id = ANY(asked.buyers)
       JOIN purchase_lines AS line ON line.purchase_id = bought.purchase_id AND quantity > 0
       JOIN products ON products.product_id = line.product_id AND category = ANY($3)
       GROUP BY asked.shopper_id, category`,
      [ids, timestamp(since), [...categories]],
    );
    for (const row of rows) {
      const ofShopper = found.get(row.shopper_id) ?? new Map<string, Omit<Since, 'categories'>>();
      found.set(row.shopper_id, ofShopper.set(row.category, boughtOf(row)));
    }
    return found;
  }
}

function boughtOf({ purchases, last_before: lastBefore }: BoughtRow): Omit<Since, 'categories'> {
  return { purchases: purchases ?? [], lastBefore: lastBefore ?? undefined };
}
