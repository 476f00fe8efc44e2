import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/index.js';
import { DAY_MS, type Instant, type ShopperId, type ShopperView } from '../../shared/index.js';
import { Histories } from '../replenishment/histories.service.js';
import { Population } from '../replenishment/population.service.js';
import { LifetimeValues } from '../value/lifetime-values.service.js';
import { viewOf, type ViewRow } from './view.rules.js';
import { ViewsRepository } from './views.repository.js';

/** The main brand is that of the last year. */
const BRAND_DAYS = 365;

/** The compact views that decisions read. */
@Injectable()
export class ShopperViews {
  constructor(
    private readonly repository: ViewsRepository,
    private readonly histories: Histories,
    private readonly population: Population,
    private readonly values: LifetimeValues,
    private readonly clock: Clock,
  ) {}

  /**
   * The views of many shoppers in one round trip; who is not known is not in it. Where the derived rows are not what
   * the consent or the catalogue now asks for, they are put right first: at a first load after `profiling` was
   * granted or withdrawn, or after products that were bought came to the catalogue.
   */
  async load(ids: readonly ShopperId[]): Promise<Map<ShopperId, ShopperView>> {
    const { brandsSince } = this;
    const rows = await this.repository.views(ids, brandsSince);
    const behind = rows.filter(({ settled }) => !settled).map(({ shopper_id: id }) => id);
    if (behind.length > 0) {
      await this.histories.settle(behind);
      await this.values.settle(behind, this.clock.now());
      rows.push(...(await this.repository.views(behind, brandsSince)));
    }
    // Rows read again come last and so replace what they were before.
    return this.#viewsOf(rows);
  }

  /** Purchases since then say which brand is the main one. */
  get brandsSince(): Instant {
    return this.clock.now() - BRAND_DAYS * DAY_MS;
  }

  /** The view of a row as it is kept, by the models of now. */
  viewOf(row: ViewRow): ShopperView {
    const { population, values } = this;
    return viewOf(row, (category) => population.priorOf(category), values.model, population.clientele);
  }

  #viewsOf(rows: readonly ViewRow[]): Map<ShopperId, ShopperView> {
    return new Map(rows.map((row) => [row.shopper_id, this.viewOf(row)]));
  }
}
