import { RuleIndex, type FieldRegistry } from '../rules/index.js';
import type { Facts } from '../shared/index.js';
import type { LiveOffer } from './live-offer.js';

/** Whose rules hold, of offers that are considered together: asked of all of them at once, and once a moment. */
export class MetRules {
  readonly #offers: readonly LiveOffer[];
  readonly #known: ReadonlySet<LiveOffer>;
  readonly #fields: FieldRegistry;
  /** Made when it is first asked: a snapshot may be replaced before anybody comes. */
  #index: RuleIndex | undefined;
  #last: { facts: Facts; met: ReadonlySet<LiveOffer> } | undefined;

  constructor(offers: readonly LiveOffer[], fields: FieldRegistry) {
    this.#offers = offers;
    this.#known = new Set(offers);
    this.#fields = fields;
  }

  /** Of an offer that is none of them its own predicate is asked: a draft whose trigger does not call for it. */
  holds(offer: LiveOffer, facts: Facts): boolean {
    return this.#known.has(offer) ? this.#at(facts).has(offer) : offer.eligible(facts);
  }

  #at(facts: Facts): ReadonlySet<LiveOffer> {
    if (this.#last?.facts === facts) return this.#last.met;
    this.#index ??= new RuleIndex(
      this.#offers.map(({ rule }) => rule),
      this.#fields,
    );
    const met = new Set(this.#index.matching(facts).flatMap((place) => this.#offers[place] ?? []));
    this.#last = { facts, met };
    return met;
  }
}
