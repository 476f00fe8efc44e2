import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Published } from '../platform/index.js';
import type { BeaconId, GatewayId, StoreId } from '../shared/index.js';
import { indexOf, layoutOf, type LayoutIndex } from './layout.rules.js';
import type { StoreLayout, SurveyPoint } from './layout.js';
import { StoresRepository } from './stores.repository.js';

/** The name under which a new layout is made known to every process. */
export const PUBLISHED_AS = 'stores';

/** All layouts, in memory: read without waiting, at most 2 s behind what another process wrote. */
@Injectable()
export class Stores implements OnModuleInit {
  readonly #versions = new Map<StoreId, number>();
  #index: LayoutIndex = indexOf(new Map());

  constructor(
    private readonly repository: StoresRepository,
    private readonly published: Published,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.published.subscribe(PUBLISHED_AS, () => this.#load());
  }

  layout(storeId: StoreId): StoreLayout | undefined {
    return this.#index.layouts.get(storeId);
  }

  all(): Iterable<StoreLayout> {
    return this.#index.layouts.values();
  }

  storeOfGateway(gatewayId: GatewayId): StoreId | undefined {
    return this.#index.storeOfGateway.get(gatewayId);
  }

  storeOfBeacon(beaconId: BeaconId): StoreId | undefined {
    return this.#index.storeOfBeacon.get(beaconId);
  }

  /** What was measured on the store's floor; it is not in memory, because it is large. */
  surveyOf(storeId: StoreId): Promise<readonly SurveyPoint[]> {
    return this.repository.surveyOf(storeId);
  }

  async #load(): Promise<void> {
    const newer = await this.repository.newerThan(this.#versions);
    if (newer.length === 0) return;
    const layouts = new Map(this.#index.layouts);
    for (const { storeId, document, version } of newer) {
      layouts.set(storeId, layoutOf(storeId, document));
      this.#versions.set(storeId, version);
    }
    this.#index = indexOf(layouts);
  }
}
