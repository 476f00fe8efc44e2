import { Injectable } from '@nestjs/common';
import type { Instant, Read, Reads, ShopperId, ShopperLists, ShopperView } from '../../shared/index.js';
import { RecentLists } from '../lists/recent-lists.service.js';
import { PastNeeds } from './past-needs.service.js';
import type { PastProducts } from './past-products.rules.js';
import { PastViewsRepository, type Bought, type PastAsked, type PastRow } from './past-views.repository.js';
import { rewound, type Since } from './rewind.rules.js';
import { ShopperViews } from './shopper-views.service.js';

/** What is asked of the views, and what rules ask beyond them, up to when. */
interface Asked extends PastAsked {
  until: Instant;
  reads: Reads;
}

/** One shopper's view at any moment since some day: what they bought later is not in it, all else is as it is now. */
export class PastView {
  #bought = -1;
  #last: ShopperView;

  constructor(
    private readonly now: ShopperView,
    private readonly since: Since | undefined,
    private readonly lists: ShopperLists | undefined,
    private readonly products: PastProducts | undefined,
    /** Whose caps count together with the shopper's: as it is now. */
    readonly household: string | undefined,
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
    private readonly repository: PastViewsRepository,
    private readonly views: ShopperViews,
    private readonly recent: RecentLists,
    private readonly products: PastNeeds,
  ) {}

  /** @returns who is not known is not in it */
  async load(ids: readonly ShopperId[], asked: Asked): Promise<Map<ShopperId, PastView>> {
    const [rows, lists] = await Promise.all([
      this.repository.views(ids, asked, this.views.brandsSince),
      this.recent.of(ids, asked.reads.lists, asked.until),
    ]);
    const views = new Map(rows.map((row) => [row.shopper_id, this.views.viewOf(row)]));
    const products = await this.products.of(views, asked.reads.products);
    return new Map(
      rows.flatMap((row) => {
        const { shopper_id: id, household_id: household } = row;
        const view = views.get(id);
        const past =
          view && new PastView(view, sinceOf(row), lists.get(id), products.get(id), household ?? undefined);
        return past === undefined ? [] : [[id, past]];
      }),
    );
  }
}

function sinceOf({ bought, bought_by_category: byCategory }: PastRow): Since | undefined {
  if (bought === null) return undefined;
  const categories = (byCategory ?? []).map(([category, ...times]) => [category, boughtOf(times)] as const);
  return { ...boughtOf(bought), categories: new Map(categories) };
}

function boughtOf([since, lastBefore]: Bought): Omit<Since, 'categories'> {
  return { purchases: since ?? [], lastBefore: lastBefore ?? undefined };
}

/** By whichever of its moments says when it was begun. */
function happenedAt({ at, purchasedAt, startedAt, madeAt }: Readonly<Record<string, unknown>>): Instant {
  return Number(at ?? purchasedAt ?? startedAt ?? madeAt ?? -Infinity);
}
