import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Audit } from '../../access/index.js';
import { Reach } from '../../decisions/index.js';
import { Handles, route, vocabulary, type Asked } from '../../platform/index.js';
import { testSendAnswer, testSendBody, type TestSend } from './test-sends.dto.js';
import { TestSends } from './test-sends.service.js';

const testSend = route({
  method: 'POST',
  path: '/v1/offers/{offerId}/test-send',
  tag: 'offers',
  summary: 'Show the newest revision on a test phone; on no record but the audit log',
  allow: ['service', 'admin', 'marketer', 'approver'],
  params: z.strictObject({ offerId: vocabulary.offerId }),
  body: testSendBody,
  answer: testSendAnswer,
});

@Controller()
export class TestSendsController {
  constructor(
    private readonly testSends: TestSends,
    private readonly reach: Reach,
    private readonly audit: Audit,
  ) {}

  @Handles(testSend)
  async send({ principal, params, body }: Asked<typeof testSend>): Promise<TestSend> {
    await this.reach.require(principal, { storeId: body.storeId, offerIds: [params.offerId] });
    const sent = await this.testSends.send({ ...params, ...body });
    await this.audit.note({
      actor: principal,
      action: 'offer.test-sent',
      subject: `offer:${params.offerId}`,
    });
    return sent;
  }
}
