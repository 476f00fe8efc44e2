import { Controller } from '@nestjs/common';
import { Answer, Handles, etagOf, route, type Asked } from '../platform/index.js';
import { ContactPolicies } from './contact-policies.service.js';
import { contactPolicy } from './contact-policy.js';

const tag = 'limits';
const path = '/v1/policies/contact';
const getPolicy = route({
  method: 'GET',
  path,
  tag,
  summary: 'The contact policy',
  allow: ['service', 'admin', 'marketer', 'approver', 'analyst'],
  answer: contactPolicy,
});
const putPolicy = route({
  method: 'PUT',
  path,
  tag,
  summary: 'Replace the contact policy',
  allow: ['service', 'admin', 'approver'],
  ofChain: true,
  body: contactPolicy,
  answer: contactPolicy,
});

@Controller()
export class PoliciesController {
  constructor(private readonly policies: ContactPolicies) {}

  @Handles(getPolicy)
  async get(_: Asked<typeof getPolicy>): Promise<Answer> {
    const { policy, version } = await this.policies.read();
    return new Answer(policy, { headers: { etag: etagOf(version) } });
  }

  @Handles(putPolicy)
  async put({ body, principal, headers }: Asked<typeof putPolicy>): Promise<Answer> {
    const version = await this.policies.replace(body, principal, headers);
    return new Answer(body, { headers: { etag: etagOf(version) } });
  }
}
