import { Controller } from '@nestjs/common';
import { ShopperLooks } from '../access/index.js';
import { Handles, route, sortBulk, type Asked, type Rejection } from '../platform/index.js';
import {
  bulkAnswer,
  bulkStatement,
  consentsAnswer,
  ofShopper,
  ofShopperAndPurpose,
  purposeAnswer,
  statement,
} from './consent.dto.js';
import { Consents } from './consent.service.js';

const tag = 'consent';
const put = route({
  method: 'PUT',
  path: '/v1/shoppers/{shopperId}/consents/{purpose}',
  tag,
  summary: 'Record that a shopper grants or withdraws a purpose; the later statement stands',
  allow: ['service', 'admin'],
  ofChain: true,
  params: ofShopperAndPurpose,
  body: statement,
  answer: purposeAnswer,
});
const bulk = route({
  method: 'POST',
  path: '/v1/consents',
  tag,
  summary: 'Record statements of many shoppers',
  allow: ['service', 'admin'],
  ofChain: true,
  bulkOf: bulkStatement,
  answer: bulkAnswer,
});
const list = route({
  method: 'GET',
  path: '/v1/shoppers/{shopperId}/consents',
  tag,
  summary: 'The consents that stand, and their history',
  allow: ['service', 'admin', 'marketer', 'approver', 'analyst'],
  params: ofShopper,
  answer: consentsAnswer,
});

/** Consents as the retailer's back office records and reads them. */
@Controller()
export class ConsentController {
  constructor(
    private readonly consents: Consents,
    private readonly looks: ShopperLooks,
  ) {}

  @Handles(put)
  put({ params, body, ...hearing }: Asked<typeof put>): Promise<object> {
    return this.consents.record({ ...params, ...body }, hearing);
  }

  @Handles(bulk)
  bulk({ body, ...hearing }: Asked<typeof bulk>): Promise<{ accepted: number; rejected: Rejection[] }> {
    return this.consents.recordAll(sortBulk(bulkStatement, body), hearing);
  }

  @Handles(list)
  list({ params: { shopperId }, principal }: Asked<typeof list>): Promise<object> {
    return this.looks.at(principal, shopperId, () => this.consents.shown(shopperId));
  }
}
