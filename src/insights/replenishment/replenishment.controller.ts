import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { ShopperLooks } from '../../access/index.js';
import { Clock, Handles, route, vocabulary, type Asked } from '../../platform/index.js';
import { level, replenishmentAnswer, type ReplenishmentItem } from './replenishment.dto.js';
import { Replenishment } from './replenishment.service.js';

const replenishment = route({
  method: 'GET',
  path: '/v1/shoppers/{shopperId}/replenishment',
  tag: 'insights',
  summary: 'What a shopper will need again, and when; nothing without the profiling consent',
  allow: ['service', 'admin', 'marketer', 'analyst', 'approver'],
  params: z.strictObject({ shopperId: vocabulary.shopperId }),
  query: z.strictObject({ level: level.default('category'), explain: z.stringbool().default(false) }),
  answer: replenishmentAnswer,
});

@Controller()
export class ReplenishmentController {
  constructor(
    private readonly replenishment: Replenishment,
    private readonly looks: ShopperLooks,
    private readonly clock: Clock,
  ) {}

  @Handles(replenishment)
  items({
    params: { shopperId },
    query,
    principal,
  }: Asked<typeof replenishment>): Promise<{ items: ReplenishmentItem[] }> {
    return this.looks.at(principal, shopperId, async () => ({
      items: await this.replenishment.itemsOf(shopperId, this.clock.now(), query),
    }));
  }
}
