import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import { Histories } from './histories.service.js';
import { foreseen } from './estimate-in.rules.js';
import { ModelForesight } from './foresight.rules.js';
import { visitEveryDays } from './history.rules.js';
import { HistoryRepository, type Whole } from './history.repository.js';
import { modelOf } from './learning.rules.js';
import { Population } from './population.service.js';
import { itemOf, type ReplenishmentItem } from './replenishment.dto.js';
import { estimate } from './replenishment.rules.js';

/** What each shopper will need again, and when. */
@Injectable()
export class Replenishment {
  constructor(
    private readonly repository: HistoryRepository,
    private readonly histories: Histories,
    private readonly population: Population,
  ) {}

  /**
   * Every category the shopper has bought, the next due first and given-up habits last; none without `profiling`.
   *
   * @throws Problem 404 for no such shopper
   */
  async itemsOf(shopperId: ShopperId, now: Instant): Promise<ReplenishmentItem[]> {
    const { folded, timeZone } = await this.#foldedOf(shopperId);
    if (folded === undefined) return [];
    const { history } = folded;
    const { clientele } = this.population;
    const foresight = new ModelForesight(modelOf(clientele, folded.model), clientele, timeZone);
    const everyDays = visitEveryDays(history);
    const estimates = [...history.categories].map(([category, state]) => {
      const prior = this.population.priorOf(category);
      const figures = estimate({ state, prior }, history.visits, everyDays, now);
      return { category, ...foreseen(figures, foresight, category, now) };
    });
    estimates.sort(
      (a, b) =>
        Number(a.lapsed) - Number(b.lapsed) || a.dueAt - b.dueAt || a.category.localeCompare(b.category),
    );
    return estimates.map(({ category, ...figures }) => itemOf(category, figures));
  }

  async #foldedOf(shopperId: ShopperId): Promise<Whole> {
    const found = await this.repository.whole(shopperId);
    if (found === undefined) throw notFound('shopper');
    if (found.settled) return found;
    await this.histories.settle([shopperId]);
    return (await this.repository.whole(shopperId)) ?? found;
  }
}
