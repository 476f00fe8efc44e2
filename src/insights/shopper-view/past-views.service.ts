import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import type { Instant, Read, Reads, ShopperId, ShopperLists, ShopperView } from '../../shared/index.js';
import { RecentLists } from '../lists/recent-lists.service.js';
import { HistoryRepository } from '../replenishment/history.repository.js';
import { Population } from '../replenishment/population.service.js';
import { HOUSEHOLD } from '../replenishment/rows.js';
import { PastProducts } from './past-products.rules.js';
import { rewound, type Since } from './rewind.rules.js';
import { ShopperViews } from './shopper-views.service.js';

/** How far back, of which categories the habits are asked, and what rules ask beyond the view, up to when. */
interface Asked {
  since: Instant;
  until: Instant;
  reads: Reads;
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
    private readonly lists: ShopperLists | undefined,
    private readonly products: PastProducts | undefined,
  ) {
    this.#last = now;
  }

  /** What the shopper had done by then, and what they needed, as far as it was asked for. */
  readAt(instant: Instant): Read {
    const lists = this.#listsAt(instant);
    const products = this.products?.at(instant);
    return { ...(lists && { lists }), ...(products && { products }) };
  }

  #listsAt(instant: Instant): ShopperLists | undefined {
    if (this.lists === undefined) return undefined;
    const known = Object.entries(this.lists).map(([name, items = []]) => [
      name,
      items.filter((item) => happenedAt(item) <= instant),
    ]);
    return Object.fromEntries(known) as ShopperLists;
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
    private readonly recent: RecentLists,
    private readonly histories: HistoryRepository,
    private readonly population: Population,
    private readonly database: Database,
  ) {}

  /** @returns who is not known is not in it */
  async load(ids: readonly ShopperId[], asked: Asked): Promise<Map<ShopperId, PastView>> {
    const views = await this.views.asKept(ids);
    const [since, lists, products] = await Promise.all([
      this.#boughtSince([...views.values()], asked),
      this.recent.of(ids, asked.reads.lists, asked.until),
      this.#products(views, asked.reads.products),
    ]);
    return new Map(
      [...views].map(([id, view]) => [
        id,
        new PastView(view, since.get(id), lists.get(id), products.get(id)),
      ]),
    );
  }

  /** Of those who consent to `profiling`; nothing is read where no product is asked for. */
  async #products(
    views: ReadonlyMap<ShopperId, ShopperView>,
    asked: ReadonlySet<string>,
  ): Promise<ReadonlyMap<ShopperId, PastProducts>> {
    const ids = [...views.values()]
      .filter(({ consents }) => consents.profiling)
      .map(({ shopperId }) => shopperId);
    if (asked.size === 0 || ids.length === 0) return new Map();
    const { products: clientele } = this.population;
    const trips = await this.histories.trips(this.database, ids);
    return new Map(
      [...trips].map(([id, ofShopper]) => {
        const timeZone = views.get(id)?.timeZone ?? 'UTC';
        return [id, new PastProducts(ofShopper, clientele, timeZone)];
      }),
    );
  }

  async #boughtSince(
    views: readonly ShopperView[],
    { since, categories }: Pick<Asked, 'since' | 'categories'>,
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
    { since, categories }: Pick<Asked, 'since' | 'categories'>,
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

/** By whichever of its moments says when it was begun. */
function happenedAt({ at, purchasedAt, startedAt, madeAt }: Readonly<Record<string, unknown>>): Instant {
  return Number(at ?? purchasedAt ?? startedAt ?? madeAt ?? -Infinity);
}
