import type { Rule } from '../rules/index.js';
import type { Facts } from '../shared/index.js';
import type { LiveOffer } from './live-offer.js';
import type { RuleIndexes, Shared } from './rule-indexes.js';

/** So many moments are asked of each offer alone first: for a preview or a quiet shop no index is worth making. */
const MOMENTS_ALONE = 16;

/** Whose rules hold, of offers that are considered together: asked of all of them at once, and once a moment. */
export class MetRules {
  readonly #rules: readonly Rule[];
  readonly #indexes: RuleIndexes;
  readonly #shared: Shared;
  #moments = 0;
  #lastMoment: Facts | undefined;

  /** @param key what the offers are considered for: snapshots share an index by it */
  constructor(offers: readonly LiveOffer[], indexes: RuleIndexes, key: string) {
    this.#rules = offers.map(({ rule }) => rule);
    this.#indexes = indexes;
    this.#shared = indexes.at(key);
  }

  /** An offer that the index does not know is asked by its own predicate, as a draft is. */
  holds(offer: LiveOffer, facts: Facts): boolean {
    this.#count(facts);
    return this.#shared.indexed?.holds(offer.rule, facts) ?? offer.eligible(facts);
  }

  #count(facts: Facts): void {
    if (this.#moments > MOMENTS_ALONE || this.#lastMoment === facts) return;
    this.#lastMoment = facts;
    this.#moments += 1;
    if (this.#moments <= MOMENTS_ALONE) return;
    this.#lastMoment = undefined;
    if (this.#shared.indexed?.isOutgrown(this.#rules) ?? true) {
      this.#indexes.request(this.#shared, this.#rules);
    }
  }
}
