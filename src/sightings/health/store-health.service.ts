import { Injectable } from '@nestjs/common';
import { notFound, unavailable } from '../../platform/index.js';
import type { Instant, PrincipalOf, StoreId } from '../../shared/index.js';
import { reaches, Stores } from '../../stores/index.js';
import { GatewayClocks } from '../clocks/gateway-clocks.store.js';
import { Recognisers } from '../recognisers.service.js';
import { ZoneMutes } from '../trust/zone-mutes.store.js';
import type { HealthPage } from './health.dto.js';
import { HealthStore } from './health.store.js';
import { namesIn, pageOf } from './page.rules.js';

/** The health of a store as all processes know it, about a second behind. */
@Injectable()
export class StoreHealth {
  constructor(
    private readonly stores: Stores,
    private readonly health: HealthStore,
    private readonly clocks: GatewayClocks,
    private readonly mutes: ZoneMutes,
    private readonly recognisers: Recognisers,
  ) {}

  /** @throws Problem 404 for a store that is missing or out of the asker's reach, 503 while Redis is away */
  async page(asker: PrincipalOf<'service' | 'staff'>, storeId: StoreId, now: Instant): Promise<HealthPage> {
    const layout = reaches(asker, storeId) ? this.stores.layout(storeId) : undefined;
    if (layout === undefined) throw notFound('store');
    const [kept, clocks, zones] = await Promise.all([
      this.health.read(storeId, now),
      this.clocks.known([...layout.gateways.keys()]),
      this.mutes.conditionOf(storeId, [...layout.zones.keys()], now),
    ]).catch(() => {
      throw unavailable('What gateways told lately cannot be read just now.');
    });
    const bearers = await this.recognisers.bearersOf([...namesIn(kept)]);
    return pageOf(layout, now, { kept, clocks, zones, bearers });
  }
}
