import { Injectable } from '@nestjs/common';
import type { Instant, Read, Reads, ShopperId } from '../shared/index.js';
import { RecentLists } from './lists/recent-lists.service.js';
import { NeedsOfProducts } from './replenishment/product-needs.service.js';

/** What rules ask beyond the view of a shopper: read for the rules that ask it, so that views stay small. */
@Injectable()
export class RuleReads {
  constructor(
    private readonly lists: RecentLists,
    private readonly needs: NeedsOfProducts,
  ) {}

  /** Everybody is in it; of who does not consent to `profiling` nothing is known. Nothing is read where nothing is asked. */
  async of(ids: readonly ShopperId[], asked: Reads, at: Instant): Promise<ReadonlyMap<ShopperId, Read>> {
    const [lists, products] = await Promise.all([
      this.lists.of(ids, asked.lists, at),
      this.needs.of(ids, asked.products),
    ]);
    return new Map(ids.map((id) => [id, readOf(lists.get(id), products.get(id))]));
  }
}

function readOf(lists: Read['lists'], products: Read['products']): Read {
  return { ...(lists && { lists }), ...(products && { products }) };
}
