import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RuleReads, ShopperViews } from '../insights/index.js';
import { Bus, Clock, Log } from '../platform/index.js';
import type { Instant, Read, Reads, ShopperId, ShopperView } from '../shared/index.js';

interface Warm {
  view: ShopperView | undefined;
  loadedAt: Instant;
}

/** More shoppers than are present at one time in the stores that one process serves. */
const MOST_KEPT = 50_000;
/** Belt and braces: however well the hints are heard, nothing is remembered for longer. */
const STALE_AFTER_MS = 60_000;

/** The views of shoppers who are about: loaded once a visit, dropped when anything about the shopper changes. */
@Injectable()
export class WarmViews implements OnModuleInit {
  readonly #warm = new Map<ShopperId, Warm>();
  /** Shoppers who changed while their view was being loaded: what comes back may be old. */
  readonly #changedMeanwhile = new Set<ShopperId>();
  #loading = 0;

  constructor(
    private readonly views: ShopperViews,
    private readonly reads: RuleReads,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.bus.on('shopper.changed', ({ shopperId }) => {
      this.#warm.delete(shopperId);
      if (this.#loading > 0) this.#changedMeanwhile.add(shopperId);
    });
  }

  /** The views of these shoppers; undefined for one that does not exist. One round trip for all that are not warm. */
  async of(shopperIds: readonly ShopperId[]): Promise<Map<ShopperId, ShopperView | undefined>> {
    const now = this.clock.now();
    const found = new Map<ShopperId, ShopperView | undefined>();
    const missing: ShopperId[] = [];
    for (const shopperId of new Set(shopperIds)) {
      const warm = this.#warm.get(shopperId);
      if (warm !== undefined && this.#isGood(warm, now)) found.set(shopperId, warm.view);
      else missing.push(shopperId);
    }
    if (missing.length > 0) await this.#load(missing, found, now);
    return found;
  }

  /** What some offer asks beyond the views: read each time, so that these stay small. */
  readsOf(shopperIds: readonly ShopperId[], asked: Reads): Promise<ReadonlyMap<ShopperId, Read>> {
    return this.reads.of(shopperIds, asked, this.clock.now());
  }

  /** Loads ahead of need, for shoppers who have just come in; nobody waits for it. */
  warm(shopperIds: readonly ShopperId[]): void {
    if (shopperIds.length === 0) return;
    this.of(shopperIds).catch((error: unknown) => this.log.debug({ event: 'view.not-warmed', error }));
  }

  /** Loaded since when every change has been heard of. */
  #isGood({ loadedAt }: Warm, now: Instant): boolean {
    const { hearingSince } = this.bus;
    return hearingSince !== undefined && loadedAt >= hearingSince && now - loadedAt < STALE_AFTER_MS;
  }

  async #load(
    missing: readonly ShopperId[],
    found: Map<ShopperId, ShopperView | undefined>,
    now: Instant,
  ): Promise<void> {
    this.#loading += 1;
    try {
      const loaded = await this.views.load(missing);
      for (const shopperId of missing) {
        const view = loaded.get(shopperId);
        found.set(shopperId, view);
        if (!this.#changedMeanwhile.has(shopperId)) this.#keep(shopperId, { view, loadedAt: now });
      }
    } finally {
      this.#loading -= 1;
      if (this.#loading === 0) this.#changedMeanwhile.clear();
    }
  }

  #keep(shopperId: ShopperId, warm: Warm): void {
    this.#warm.delete(shopperId);
    this.#warm.set(shopperId, warm);
    if (this.#warm.size <= MOST_KEPT) return;
    const [oldest] = this.#warm.keys();
    if (oldest !== undefined) this.#warm.delete(oldest);
  }
}
