import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Catalogue } from '../catalogue/index.js';
import { inTurns, Log, Problem, Published, notFound } from '../platform/index.js';
import { FIELD_REGISTRY, FieldRegistry } from '../rules/index.js';
import type { OfferId, ProductId, Work } from '../shared/index.js';
import {
  compileOffer,
  namedProducts,
  resolveTarget,
  stockAskedIn,
  type CompiledOffer,
  type LiveOffer,
  type StoredOffer,
} from './live-offer.js';
import { OFFERS } from './offer-announcements.js';
import { OffersRepository } from './offers.repository.js';
import { inItsTurn, RuleIndexes } from './rule-indexes.js';
import { snapshotOf, type LiveSnapshot, type Stock } from './snapshot.rules.js';

/** The approved offers, compiled and indexed, in the memory of this process; a second or two old at most. */
@Injectable()
export class LiveOffers implements OnModuleInit {
  #compiled: readonly CompiledOffer[] = [];
  #offers: readonly LiveOffer[] = [];
  #stock: Stock = new Map();
  #indexes: RuleIndexes;
  #snapshot: LiveSnapshot;

  constructor(
    private readonly repository: OffersRepository,
    private readonly catalogue: Catalogue,
    private readonly published: Published,
    @Inject(FIELD_REGISTRY) private readonly fields: FieldRegistry,
    private readonly log: Log,
  ) {
    const making = inItsTurn((error) => this.log.error({ event: 'offers.not-indexed', error }));
    this.#indexes = new RuleIndexes(fields, making);
    this.#snapshot = snapshotOf(0, [], new Map(), this.#indexes);
  }

  async onModuleInit(): Promise<void> {
    await this.published.subscribe(OFFERS, () => this.#loadOffers());
    await this.published.subscribe('catalogue', () => this.#loadProducts());
    await this.published.subscribe('stock', () => this.#loadStock());
  }

  /** What is live now. Take it once for a decision: it is replaced between two looks. */
  get snapshot(): LiveSnapshot {
    return this.#snapshot;
  }

  /**
   * The snapshot as it would be with the newest revisions of these offers live, whatever their state.
   *
   * @throws Problem 404 when there is no such offer
   */
  async withDrafts(offerIds: readonly OfferId[]): Promise<LiveSnapshot> {
    if (offerIds.length === 0) return this.#snapshot;
    const drafts = await this.repository.heads(offerIds);
    if (offerIds.some((wanted) => !drafts.some(({ offerId }) => offerId === wanted))) throw notFound('offer');
    const offers = await this.#resolve(drafts.flatMap((draft) => this.#compile(draft)));
    const stock = await this.#stockOf(offers);
    const untouched = this.#offers.filter(({ offerId }) => !offerIds.includes(offerId));
    const both = new Map([...this.#stock, ...stock]);
    return snapshotOf(this.#snapshot.version, [...untouched, ...offers], both, this.#indexes.next());
  }

  /**
   * A snapshot in which one revision of an offer is live from always and for ever, among what is live now or alone: for
   * simulations of what lies behind.
   *
   * @throws Problem 404 when there is no such offer or revision, 422 when it cannot be compiled any more
   */
  async rehearsalOf(offerId: OfferId, revision: number, among: 'live' | 'alone'): Promise<LiveSnapshot> {
    const stored = await this.repository.revision(offerId, revision);
    if (stored === undefined) throw notFound('revision of the offer');
    const { document } = stored;
    const schedule = { ...document.schedule, startsAt: null, endsAt: null };
    const compiled = this.#compile({ ...stored, document: { ...document, schedule } });
    if (compiled.length === 0) {
      throw new Problem(422, 'offer-unusable', 'The rule or the words of this revision are no longer good.');
    }
    const offers = await this.#resolve(compiled);
    const others = among === 'alone' ? [] : this.#offers.filter((other) => other.offerId !== offerId);
    const stock = new Map([...this.#stock, ...(await this.#stockOf(offers))]);
    return snapshotOf(this.#snapshot.version, [...others, ...offers], stock, this.#indexes.next());
  }

  async #loadOffers(): Promise<void> {
    const known = new Map(this.#compiled.map((offer) => [`${offer.offerId} ${offer.revision}`, offer]));
    const stored = await this.repository.live();
    // An approved revision never changes, so what is compiled already stays good.
    this.#compiled = await inTurns(this.#compiling(stored, known));
    await this.#loadProducts();
  }

  *#compiling(
    stored: readonly StoredOffer[],
    known: ReadonlyMap<string, CompiledOffer>,
  ): Work<readonly CompiledOffer[]> {
    const compiled: CompiledOffer[] = [];
    for (const offer of stored) {
      const same = known.get(`${offer.offerId} ${offer.revision}`);
      compiled.push(...(same === undefined ? this.#compile(offer) : [same]));
      yield;
    }
    return compiled;
  }

  async #loadProducts(): Promise<void> {
    this.#offers = await this.#resolve(this.#compiled);
    await this.#loadStock();
  }

  async #loadStock(): Promise<void> {
    this.#stock = await this.#stockOf(this.#offers);
    this.#snapshot = snapshotOf(this.#snapshot.version + 1, this.#offers, this.#stock, this.#indexes.next());
  }

  /** One offer that cannot be compiled must not keep the others from being made. */
  #compile(stored: StoredOffer): CompiledOffer[] {
    try {
      return [compileOffer(stored, this.fields)];
    } catch (error) {
      const { offerId, revision } = stored;
      this.log.error({ event: 'offer.unusable', offerId, revision, error });
      return [];
    }
  }

  async #resolve(offers: readonly CompiledOffer[]): Promise<LiveOffer[]> {
    const ids = new Set(offers.flatMap(({ document }) => namedProducts(document)));
    const categories = new Set(offers.flatMap(({ document }) => document.target.categories));
    const [products, typical] = await Promise.all([
      this.catalogue.products([...ids]),
      this.catalogue.typicalOf([...categories]),
    ]);
    const groups = new Set([...products.values()].flatMap(({ equivalenceGroup }) => equivalenceGroup ?? []));
    const goods = { products, typical, equivalents: await this.catalogue.inGroups([...groups]) };
    return offers.map((offer) => ({ ...offer, target: resolveTarget(offer.document, goods) }));
  }

  async #stockOf(offers: readonly LiveOffer[]): Promise<Stock> {
    const ids = new Set(offers.flatMap(({ target, rule }) => [...stockedIn(target), ...stockAskedIn(rule)]));
    return ids.size === 0 ? new Map<string, boolean>() : this.catalogue.stockOf([...ids]);
  }
}

/** Whose stock matters: what the offer leads to, and what may stand in for it. */
function stockedIn({ productIds, equivalents }: LiveOffer['target']): ProductId[] {
  return [...productIds, ...equivalents.map(({ productId }) => productId)];
}
