import { Injectable, type OnModuleInit } from '@nestjs/common';
import { lockConsenting } from '../../consent/index.js';
import { Bus, Database, Outbox, type Queryable } from '../../platform/index.js';
import type { DurableEvents, PurchaseId, ShopperId } from '../../shared/index.js';
import { HistoryRepository, type Folded } from './history.repository.js';
import { isInOrder, observeTrips, type History, type Trip } from './history.rules.js';
import { isLater, learn, modelOf, visitsOf } from './learning.rules.js';
import type { ShopperModel } from './model/shopper.rules.js';
import { Population } from './population.service.js';

/**
 * Keeps what is derived from purchases in step with them. A fold from all purchases is always right; the next
 * purchase of a shopper only takes the short way to the same result.
 */
@Injectable()
export class Histories implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly repository: HistoryRepository,
    private readonly population: Population,
    private readonly outbox: Outbox,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.outbox.handle('purchase.recorded', async (recorded) => {
      await this.#observe(recorded);
      return 'done';
    });
    this.outbox.handle('consent.withdrawn', async ({ shopperId, purpose }) => {
      if (purpose === 'profiling') await this.settle([shopperId]);
      return 'done';
    });
  }

  /**
   * Makes the derived rows of each shopper what they must be now: folded from all purchases with the consent to
   * `profiling`, none without it.
   */
  async settle(ids: readonly ShopperId[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const profiled = await lockConsenting(tx, 'profiling', ids);
      await this.repository.forget(tx, ids);
      await this.#fold(tx, profiled);
    });
  }

  async #observe({ shopperId, purchaseIds }: DurableEvents['purchase.recorded']): Promise<void> {
    const used = await this.database.transaction(async (tx) => {
      const isProfiled = (await lockConsenting(tx, 'profiling', [shopperId])).length > 0;
      if (isProfiled && (await this.#add(tx, shopperId, purchaseIds))) return true;
      await this.repository.forget(tx, [shopperId]);
      if (isProfiled) await this.#fold(tx, [shopperId]);
      return isProfiled;
    });
    if (!used) return;
    this.bus.emit('shopper.changed', { shopperId });
    await this.#tellHousehold(shopperId);
  }

  /** What one of a household buys, the others need not. */
  async #tellHousehold(shopperId: ShopperId): Promise<void> {
    const others = await this.repository.householdOf(shopperId);
    if (others.length === 0) return;
    await this.settle(others);
    for (const each of others) this.bus.emit('shopper.changed', { shopperId: each });
  }

  /** The short way; false when only a fold from the start will do. */
  async #add(tx: Queryable, shopperId: ShopperId, purchaseIds: readonly PurchaseId[]): Promise<boolean> {
    // An import names no purchases.
    if (purchaseIds.length === 0) return false;
    const trips = (await this.repository.trips(tx, [shopperId], purchaseIds)).get(shopperId) ?? [];
    const known = await this.repository.known(tx, shopperId);
    if (known === undefined || !isInOrder(known.history, trips)) return false;
    const model = modelOf(this.population.clientele, known.model);
    if (!isLater(model, trips)) return false;
    const history = observeTrips(known.history, trips);
    if (history === undefined) return true;
    const products = modelOf(this.population.products, known.products);
    const changed = new Set(trips.flatMap((trip) => trip.categories));
    await this.repository.save(
      tx,
      new Map([[shopperId, this.#learned(history, model, products, trips)]]),
      changed,
    );
    return true;
  }

  async #fold(tx: Queryable, ids: readonly ShopperId[]): Promise<void> {
    if (ids.length === 0) return;
    const { clientele, products } = this.population;
    const folded = new Map<ShopperId, Folded>();
    for (const [shopperId, trips] of await this.repository.trips(tx, ids)) {
      const history = observeTrips(undefined, trips);
      if (history === undefined) continue;
      folded.set(shopperId, this.#learned(history, modelOf(clientele), modelOf(products), trips));
    }
    if (folded.size > 0) await this.repository.save(tx, folded);
  }

  #learned(
    history: History,
    model: ShopperModel<string>,
    products: ShopperModel<string>,
    trips: readonly Trip[],
  ): Folded {
    learn(model, visitsOf(trips), this.population.clientele);
    learn(products, visitsOf(trips, 'products'), this.population.products);
    return { history, model: model.stored(), products: products.stored() };
  }
}
