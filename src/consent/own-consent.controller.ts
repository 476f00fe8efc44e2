import { Controller } from '@nestjs/common';
import { Handles, route, type Asked } from '../platform/index.js';
import { consentsAnswer, ofPurpose, ownStatement, purposeAnswer } from './consent.dto.js';
import { Consents } from './consent.service.js';

const tag = 'app';
const list = route({
  method: 'GET',
  path: '/v1/me/consents',
  tag,
  summary: 'The own consents, and their history',
  allow: ['shopper'],
  answer: consentsAnswer,
});
const get = route({
  method: 'GET',
  path: '/v1/me/consents/{purpose}',
  tag,
  summary: 'The own consent to one purpose',
  allow: ['shopper'],
  params: ofPurpose,
  answer: purposeAnswer,
});
const put = route({
  method: 'PUT',
  path: '/v1/me/consents/{purpose}',
  tag,
  summary: 'Grant or withdraw a purpose',
  allow: ['shopper'],
  params: ofPurpose,
  body: ownStatement,
  answer: purposeAnswer,
});

/** Consents as the shopper's app gives and takes them back. */
@Controller()
export class OwnConsentController {
  constructor(private readonly consents: Consents) {}

  @Handles(list)
  list({ principal }: Asked<typeof list>): Promise<object> {
    return this.consents.shown(principal.shopperId);
  }

  @Handles(get)
  get({ principal, params }: Asked<typeof get>): Promise<object> {
    return this.consents.shownOne(principal.shopperId, params.purpose);
  }

  @Handles(put)
  put({ params, body, ...hearing }: Asked<typeof put>): Promise<object> {
    const { shopperId } = hearing.principal;
    return this.consents.record({ shopperId, ...params, ...body }, hearing);
  }
}
