import { Controller } from '@nestjs/common';
import { Answer, etagOf, Handles, route, type Asked } from '../../platform/index.js';
import { programme } from './programme.schema.js';
import { LoyaltyProgramme } from './programme.service.js';

const tag = 'loyalty';
const path = '/v1/loyalty/programme';
const get = route({
  method: 'GET',
  path,
  tag,
  summary: 'The loyalty programme',
  allow: ['service', 'admin', 'marketer', 'approver', 'analyst'],
  answer: programme,
});
const put = route({
  method: 'PUT',
  path,
  tag,
  summary: 'Replace the loyalty programme, or make it',
  allow: ['service', 'admin', 'marketer'],
  ofChain: true,
  body: programme,
  answer: programme,
});

/** The programme, for back office and staff. */
@Controller()
export class LoyaltyController {
  constructor(private readonly programme: LoyaltyProgramme) {}

  @Handles(get)
  async get(_: Asked<typeof get>): Promise<Answer> {
    const { document, version } = await this.programme.read();
    return new Answer(document, { headers: { etag: etagOf(version) } });
  }

  @Handles(put)
  async put({ body, principal, headers }: Asked<typeof put>): Promise<Answer> {
    const version = await this.programme.replace(body, principal, headers);
    return new Answer(body, { status: version === 1 ? 201 : 200, headers: { etag: etagOf(version) } });
  }
}
