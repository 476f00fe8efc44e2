import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked } from '../../platform/index.js';
import { Exports } from './exports.service.js';

const tag = 'privacy';
const answer = z.object({
  shopperId: z.string(),
  exportedAt: z.iso.datetime(),
  present: z
    .object({
      storeId: z.string(),
      zoneId: z.string().nullable(),
      visitId: z.string(),
      since: z.iso.datetime(),
    })
    .nullable()
    .describe('where they are now'),
  held: z
    .record(z.string(), z.object({ purpose: z.string(), items: z.array(z.record(z.string(), z.unknown())) }))
    .describe('by table: what it is for, and every row'),
  notShown: z.array(z.object({ what: z.string(), because: z.string() })),
});
const ofShopper = route({
  method: 'GET',
  path: '/v1/shoppers/{shopperId}/export',
  tag,
  summary: 'All that is held of a shopper, with what it is for',
  allow: ['service', 'admin'],
  params: z.strictObject({ shopperId: vocabulary.shopperId }),
  answer,
});
const ofMe = route({
  method: 'GET',
  path: '/v1/me/export',
  tag,
  summary: 'All that is held of oneself, with what it is for',
  allow: ['shopper'],
  answer,
});

@Controller()
export class ExportsController {
  constructor(private readonly exports: Exports) {}

  @Handles(ofShopper)
  ofShopper({ params, principal }: Asked<typeof ofShopper>): Promise<object> {
    return this.exports.of(params.shopperId, principal);
  }

  @Handles(ofMe)
  ofMe({ principal }: Asked<typeof ofMe>): Promise<object> {
    return this.exports.of(principal.shopperId, principal);
  }
}
