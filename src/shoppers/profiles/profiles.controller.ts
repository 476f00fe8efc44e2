import { Controller } from '@nestjs/common';
import {
  Handles,
  route,
  sortBulk,
  vocabulary,
  type Answer,
  type Asked,
  type Page,
  type Rejection,
} from '../../platform/index.js';
import { reachOf } from '../../stores/index.js';
import { bulkAnswer, ofShopper, profile, profileAnswer, profileOf, shopperQuery } from './profile.dto.js';
import { Shoppers } from './shoppers.service.js';

const tag = 'shoppers';
const put = route({
  method: 'PUT',
  path: '/v1/shoppers/{shopperId}',
  tag,
  summary: 'Replace what is known of a shopper; 201 when the shopper is new',
  allow: ['service', 'admin'],
  ofChain: true,
  params: ofShopper,
  body: profile,
  answer: profileAnswer,
});
const bulk = route({
  method: 'POST',
  path: '/v1/shoppers',
  tag,
  summary: 'Replace many shoppers',
  allow: ['service', 'admin'],
  ofChain: true,
  bulkOf: profileOf,
  answer: bulkAnswer,
});
const list = route({
  method: 'GET',
  path: '/v1/shoppers',
  tag,
  summary:
    'Shoppers, all or those whose id or name holds a text; for staff of some stores those who live, came or bought there',
  allow: ['service', 'admin', 'marketer', 'analyst'],
  query: shopperQuery,
  answer: vocabulary.pageOf(profileAnswer),
});

/** Shoppers as the back office writes and looks them up. */
@Controller()
export class ProfilesController {
  constructor(private readonly shoppers: Shoppers) {}

  @Handles(put)
  put({ params, body }: Asked<typeof put>): Promise<Answer> {
    return this.shoppers.replace({ ...params, ...body });
  }

  @Handles(bulk)
  bulk({ body }: Asked<typeof bulk>): Promise<{ accepted: number; rejected: Rejection[] }> {
    return this.shoppers.replaceAll(sortBulk(profileOf, body));
  }

  @Handles(list)
  list({ query, principal }: Asked<typeof list>): Promise<Page<object>> {
    return this.shoppers.search({ ...query, storeIds: reachOf(principal) });
  }
}
