import { RuleIndex, type FieldRegistry } from '../rules/index.js';
import type { Facts } from '../shared/index.js';
import type { LiveOffer } from './live-offer.js';

/** Whose rules hold, of offers that are considered together: asked of all of them at once, and once a moment. */
export class MetRules {
  readonly #offers: readonly LiveOffer[];
  readonly #positions: ReadonlyMap<LiveOffer, number>;
  readonly #fields: FieldRegistry;
  /** Made when it is first asked: a snapshot may be replaced before anybody comes. */
  #index: RuleIndex | undefined;
  #lastAsked: Facts | undefined;

  constructor(offers: readonly LiveOffer[], fields: FieldRegistry) {
    this.#offers = offers;
    this.#positions = new Map(offers.map((offer, position) => [offer, position]));
    this.#fields = fields;
  }

  /** Of an offer that is none of them its own predicate is asked: a draft whose trigger does not call for it. */
  holds(offer: LiveOffer, facts: Facts): boolean {
    const position = this.#positions.get(offer);
    return position === undefined ? offer.eligible(facts) : this.#at(facts).holds(position);
  }

  #at(facts: Facts): RuleIndex {
    this.#index ??= new RuleIndex(
      this.#offers.map(({ rule }) => rule),
      this.#fields,
    );
    if (this.#lastAsked !== facts) {
      // A field that throws half way leaves nothing behind that could be taken for an answer.
      this.#lastAsked = undefined;
      this.#index.ask(facts);
      this.#lastAsked = facts;
    }
    return this.#index;
  }
}
