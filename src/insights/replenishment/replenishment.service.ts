import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import { Histories } from './histories.service.js';
import { foreseen } from './estimate-in.rules.js';
import { ModelForesight, type Contribution } from './foresight.rules.js';
import { visitEveryDays } from './history.rules.js';
import { foldedFrom, HistoryRepository, type Folded } from './history.repository.js';
import { modelOf } from './learning.rules.js';
import type { NeedsRow } from './needs.sql.js';
import { Population } from './population.service.js';
import { preferencesOf, type Preference } from './preferences.rules.js';
import { itemOf, type Listing, type ReplenishmentItem } from './replenishment.dto.js';
import { estimateOfProduct, productNeedsOf } from './product-needs.rules.js';
import { estimate, type ReplenishmentEstimate } from './replenishment.rules.js';

const USUAL: Listing = { level: 'category', explain: false };

/** What each shopper will need again, and when. */
@Injectable()
export class Replenishment {
  constructor(
    private readonly repository: HistoryRepository,
    private readonly histories: Histories,
    private readonly population: Population,
  ) {}

  /**
   * Every category, or every product, that the shopper has bought, the next due first and given-up habits last; none
   * without `profiling`.
   *
   * @throws Problem 404 for no such shopper
   */
  async itemsOf(shopperId: ShopperId, now: Instant, listing: Listing = USUAL): Promise<ReplenishmentItem[]> {
    const needs = await this.repository.needs(shopperId);
    if (needs === undefined) throw notFound('shopper');
    if (needs.settled) return this.itemsFrom(needs, now, listing);
    await this.settle(shopperId);
    return this.itemsFrom((await this.repository.needs(shopperId)) ?? needs, now, listing);
  }

  /** Makes what {@link NEEDS} reads what it must be now, for a shopper of whom it says that it is not. */
  settle(shopperId: ShopperId): Promise<void> {
    return this.histories.settle([shopperId]);
  }

  /** As {@link itemsOf}, from what {@link NEEDS} has read. */
  itemsFrom(needs: NeedsRow, now: Instant, { level, explain }: Listing = USUAL): ReplenishmentItem[] {
    if (needs.folded === null) return [];
    const folded = foldedFrom(needs.folded);
    const { lines, timeZone } = needs;
    if (level === 'product') return this.#products(needs, folded, now, explain);
    const everyDays = visitEveryDays(folded.history);
    const { visits } = folded.history;
    const { clientele } = this.population;
    const foresight = new ModelForesight(modelOf(clientele, folded.model), clientele, timeZone);
    const preferences = preferencesOf(lines, ({ category }) => category ?? undefined);
    const estimates = [...folded.history.categories].map(([category, state]) => {
      const figures = estimate({ state, prior: this.population.priorOf(category) }, visits, everyDays, now);
      return {
        of: { category },
        figures: foreseen(figures, foresight, category, now),
        preference: preferences.get(category),
        because: explain ? foresight.explain(category, now) : undefined,
      };
    });
    return inOrder(estimates);
  }

  #products(
    { lines, timeZone }: NeedsRow,
    { history, products }: Folded,
    now: Instant,
    explain: boolean,
  ): ReplenishmentItem[] {
    const { products: clientele } = this.population;
    const needs = productNeedsOf(modelOf(clientele, products), clientele, timeZone);
    const preferences = preferencesOf(lines, ({ productId }) => productId);
    const estimates = [...needs.histories.keys()].flatMap((productId): Estimated[] => {
      const figures = estimateOfProduct(needs, history, productId, now);
      if (figures === undefined) return [];
      const because = explain ? needs.foresight.explain(productId, now) : undefined;
      return [{ of: { productId }, figures, preference: preferences.get(productId), because }];
    });
    return inOrder(estimates);
  }
}

interface Estimated {
  of: { category: string } | { productId: string };
  figures: ReplenishmentEstimate;
  preference: Preference | undefined;
  because?: readonly Contribution[] | undefined;
}

function inOrder(estimates: readonly Estimated[]): ReplenishmentItem[] {
  const nameOf = ({ of }: Estimated): string => ('category' in of ? of.category : of.productId);
  return [...estimates]
    .sort(
      (a, b) =>
        Number(a.figures.lapsed) - Number(b.figures.lapsed) ||
        a.figures.dueAt - b.figures.dueAt ||
        nameOf(a).localeCompare(nameOf(b)),
    )
    .map(({ of, figures, preference, because }) => itemOf(of, figures, preference, because));
}
