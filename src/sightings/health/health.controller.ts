import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked } from '../../platform/index.js';
import { healthPage, type HealthPage } from './health.dto.js';
import { StoreHealth } from './store-health.service.js';

const storeHealth = route({
  method: 'GET',
  path: '/v1/stores/{storeId}/health',
  tag: 'stores',
  summary: 'How the gateways, beacons and zones of a store do, and what was heard in the last minute',
  allow: ['service', 'admin', 'marketer', 'approver', 'associate', 'analyst'],
  params: z.strictObject({ storeId: vocabulary.storeId }),
  answer: healthPage,
});

/** For whoever hangs up gateways, and for whoever asks why nobody is seen. */
@Controller()
export class StoreHealthController {
  constructor(private readonly health: StoreHealth) {}

  @Handles(storeHealth)
  page({ principal, params, receivedAt }: Asked<typeof storeHealth>): Promise<HealthPage> {
    return this.health.page(principal, params.storeId, receivedAt);
  }
}
