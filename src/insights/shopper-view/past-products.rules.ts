import type { Instant, ProductNeeds } from '../../shared/index.js';
import type { Trip } from '../replenishment/history.rules.js';
import { isLater, learn, modelOf, visitsOf } from '../replenishment/learning.rules.js';
import type { Clientele } from '../replenishment/model/clientele.rules.js';
import { productNeedsOf } from '../replenishment/product-needs.rules.js';

/** One shopper's needs of products at any moment, learned from what was bought until then. */
export class PastProducts {
  readonly #trips: readonly Trip[];
  #model = modelOf(this.clientele);
  #taken = 0;
  #needs: ProductNeeds | undefined;

  constructor(
    trips: readonly Trip[],
    private readonly clientele: Clientele,
    private readonly timeZone: string,
  ) {
    this.#trips = [...trips].sort((a, b) => a.purchasedAt - b.purchasedAt);
  }

  /**
   * Moments in ascending order are cheapest: only the purchases between are learned.
   *
   * @returns good until the next moment is asked for; undefined before the first purchase
   */
  at(instant: Instant): ProductNeeds | undefined {
    const later = this.#trips.findIndex(({ purchasedAt }) => purchasedAt > instant);
    const until = later < 0 ? this.#trips.length : later;
    if (until === 0) return undefined;
    if (until !== this.#taken) this.#learn(until);
    this.#needs ??= productNeedsOf(this.#model, this.clientele, this.timeZone);
    return this.#needs;
  }

  #learn(until: number): void {
    let fresh = this.#trips.slice(this.#taken, until);
    // Back in time, or a second purchase on a day that the model has seen: from the start.
    if (until < this.#taken || !isLater(this.#model, fresh)) {
      this.#model = modelOf(this.clientele);
      fresh = this.#trips.slice(0, until);
    }
    learn(this.#model, visitsOf(fresh, 'products'), this.clientele);
    this.#taken = until;
    this.#needs = undefined;
  }
}
