import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Answer, Handles, route, vocabulary, type Asked } from '../../platform/index.js';
import { GatewaySecrets } from './gateway-secrets.service.js';
import { gatewaySecrets, secretsKnown, type SecretsKnown } from './secrets.dto.js';

const tag = 'Sightings';
const params = z.strictObject({ gatewayId: vocabulary.gatewayId });

const getSecrets = route({
  method: 'GET',
  path: '/v1/gateways/{gatewayId}/secrets',
  tag,
  summary: 'Which of a gateway’s secrets are set, and when they were changed; never what they are',
  allow: ['service', 'admin'],
  params,
  answer: secretsKnown,
});

const putSecrets = route({
  method: 'PUT',
  path: '/v1/gateways/{gatewayId}/secrets',
  tag,
  summary: 'Replaces all of a gateway’s secrets: what is left out is removed',
  allow: ['service', 'admin'],
  params,
  body: gatewaySecrets,
  status: 204,
});

const merakiValidator = route({
  method: 'GET',
  path: '/v1/gateways/{gatewayId}/meraki',
  tag,
  summary: 'The validator that Meraki’s cloud asks for, as plain text',
  allow: ['gateway'],
  lenientCredential: true,
  params,
  query: z.looseObject({
    key: z.string().max(200).optional().describe('the API key, for clouds that can set no header'),
  }),
});

/** The secrets that vendors need beside the API key. */
@Controller()
export class SecretsController {
  constructor(private readonly secrets: GatewaySecrets) {}

  @Handles(getSecrets)
  known({ principal, params: { gatewayId } }: Asked<typeof getSecrets>): SecretsKnown {
    return this.secrets.known(gatewayId, principal);
  }

  @Handles(putSecrets)
  replace({ principal, params: { gatewayId }, body }: Asked<typeof putSecrets>): Promise<void> {
    return this.secrets.replace(gatewayId, body, principal);
  }

  @Handles(merakiValidator)
  validator({ principal, params: { gatewayId } }: Asked<typeof merakiValidator>): Answer {
    const validator = this.secrets.merakiValidator({ storeId: principal.storeId, gatewayId });
    return new Answer(validator, { headers: { 'content-type': 'text/plain; charset=utf-8' } });
  }
}
