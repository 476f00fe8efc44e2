import { Controller } from '@nestjs/common';
import { Handles, route, sortBulk, type Asked } from '../../platform/index.js';
import { purchase, purchasesAnswer } from './purchase.dto.js';
import { Purchases, type Recorded } from './purchases.service.js';

const bulk = route({
  method: 'POST',
  path: '/v1/purchases',
  tag: 'purchases',
  summary: 'Record purchases; the same again changes nothing, other content under a known id is refused',
  allow: ['service', 'till', 'admin'],
  ofChain: true,
  bulkOf: purchase,
  answer: purchasesAnswer,
});

/** Purchases as the back office and the tills report them. */
@Controller()
export class PurchasesController {
  constructor(private readonly purchases: Purchases) {}

  @Handles(bulk)
  bulk({ body, ...from }: Asked<typeof bulk>): Promise<Recorded> {
    return this.purchases.record(sortBulk(purchase, body), from);
  }
}
