import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Answer, Handles, route, vocabulary, type Asked } from '../platform/index.js';
import { GatewayPayloads } from './gateway-payloads.service.js';
import { SightingIntake } from './sighting-intake.service.js';
import { batch, batchAnswer, checkedInside, type BatchAnswer } from './sightings.dto.js';

const tag = 'Sightings';

const sightings = route({
  method: 'POST',
  path: '/v1/sightings',
  tag,
  summary: 'What gateways or a phone heard; 202 once live presence holds it',
  allow: ['gateway', 'shopper'],
  lenientCredential: true,
  unmetered: 'gateways',
  ignoresIdempotencyKey: true,
  direct: true,
  body: checkedInside(batch),
  status: 202,
  answer: batchAnswer,
});

const payload = route({
  method: 'POST',
  path: '/v1/gateways/{gatewayId}/{format}',
  tag,
  summary: 'A gateway’s payload as its vendor made it, whatever its content type',
  allow: ['gateway'],
  lenientCredential: true,
  unmetered: 'gateways',
  ignoresIdempotencyKey: true,
  direct: true,
  params: z.strictObject({ gatewayId: vocabulary.gatewayId, format: z.string().max(64) }),
  query: z.strictObject({
    key: z.string().max(200).optional().describe('the API key, for gateways that can set no header'),
    topic: z.string().max(1_000).optional().describe('the MQTT topic, for formats that need it'),
  }),
  rawBody: true,
  status: 202,
  answer: batchAnswer,
});

const ranging = route({
  method: 'POST',
  path: '/v1/me/ranging',
  tag,
  summary: 'What the phone’s own ranging callback gave: of iOS, Cordova or the Android Beacon Library',
  allow: ['shopper'],
  ignoresIdempotencyKey: true,
  rawBody: true,
  status: 202,
  answer: batchAnswer,
});

/** A Ruuvi Gateway posts each 10 s until it is told otherwise, in whole seconds. */
const EACH_SECOND = { 'X-Ruuvi-Gateway-Rate': '1' };

/** The doors of gateways, and of phones without a socket. */
@Controller()
export class SightingsController {
  constructor(
    private readonly intake: SightingIntake,
    private readonly payloads: GatewayPayloads,
  ) {}

  @Handles(sightings)
  sightings({ principal, body, receivedAt }: Asked<typeof sightings>): Promise<BatchAnswer> {
    return principal.kind === 'gateway'
      ? this.intake.takeGateway(principal, body, receivedAt)
      : this.intake.takePhone(principal.shopperId, body, receivedAt);
  }

  @Handles(ranging)
  ranging({ principal, body, receivedAt }: Asked<typeof ranging>): Promise<BatchAnswer> {
    return this.intake.takeRanging(principal.shopperId, body, receivedAt);
  }

  @Handles(payload)
  async payload(asked: Asked<typeof payload>): Promise<BatchAnswer | Answer> {
    const { params, query, body, receivedAt, headers } = asked;
    const { gatewayId, format } = params;
    const answer = await this.payloads.take({
      storeId: asked.principal.storeId,
      sender: { kind: 'known', gatewayId },
      format,
      bytes: body,
      topic: query.topic,
      signature: [headers['ruuvi-hmac-sha256']].flat()[0] ?? '',
      receivedAt,
    });
    return format === 'ruuvi' ? new Answer(answer, { headers: EACH_SECOND }) : answer;
  }
}
