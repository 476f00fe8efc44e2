import { Injectable } from '@nestjs/common';
import { LiveOffers } from '../offers/index.js';
import { Clock } from '../platform/index.js';
import type { Instant, StoreId } from '../shared/index.js';
import { GatewayPulse } from '../sightings/index.js';
import { Stores, type StoreLayout } from '../stores/index.js';
import type { Fix } from './location/calibration.rules.js';
import { RadioMaps } from './location/radio-maps.service.js';
import { parametersOf } from './parameters.js';
import type { Place } from './work.rules.js';

/** What presence reads of the rest of the shop, all of it from memory. */
@Injectable()
export class Surroundings {
  readonly #newId = (): string => this.clock.newId();

  constructor(
    private readonly stores: Stores,
    private readonly gateways: GatewayPulse,
    private readonly offers: LiveOffers,
    private readonly radioMaps: RadioMaps,
    private readonly clock: Clock,
  ) {}

  /** The store's layout and what presence in it depends on; undefined for no such store. */
  placeOf(storeId: StoreId): Place | undefined {
    const base = this.stores.layout(storeId);
    if (base === undefined) return undefined;
    const { layout, radio } = this.radioMaps.of(base);
    return {
      layout,
      context: {
        newId: this.#newId,
        parameters: parametersOf(layout),
        radio,
        dwellSeconds: this.offers.snapshot.dwellSeconds,
        heardStoreUntil: this.#heardUntil(layout),
      },
    };
  }

  /** A store without gateways, or whose gateways were never heard, lives by what phones and people say: now, that is. */
  #heardUntil({ storeId, gateways }: StoreLayout): Instant {
    const heard = gateways.size === 0 ? undefined : this.gateways.heardUntil(storeId);
    return heard ?? this.clock.now();
  }

  /** What was found out about the store's radios on the way. */
  learn(fixes: readonly Fix[]): void {
    this.radioMaps.learn(fixes);
  }
}
