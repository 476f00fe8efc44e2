import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked } from '../../platform/index.js';
import { Erasures } from './erasures.service.js';

const tag = 'privacy';
const begun = z.object({ erasureId: z.guid() });
const erase = route({
  method: 'DELETE',
  path: '/v1/shoppers/{shopperId}',
  tag,
  summary:
    'Erase a shopper: no credential of theirs is good any more, and what is held of them is taken away',
  allow: ['service', 'admin'],
  params: z.strictObject({ shopperId: vocabulary.shopperId }),
  status: 202,
  answer: begun,
});
const eraseMe = route({
  method: 'DELETE',
  path: '/v1/me',
  tag,
  summary: 'Have oneself erased; the token is not good any more',
  allow: ['shopper'],
  status: 202,
  answer: begun,
});
const get = route({
  method: 'GET',
  path: '/v1/erasures/{erasureId}',
  tag,
  summary: 'How an erasure stands',
  allow: ['service', 'admin'],
  params: z.strictObject({ erasureId: z.guid() }),
  answer: z.object({
    erasureId: z.guid(),
    state: z.enum(['running', 'done']),
    requestedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().optional(),
    passes: z.int().describe('through everything, until one finds nothing'),
    erased: z.record(z.string(), z.int()).describe('rows erased or made anonymous, by table'),
  }),
});

@Controller()
export class ErasuresController {
  constructor(private readonly erasures: Erasures) {}

  @Handles(erase)
  erase({ params, ...hearing }: Asked<typeof erase>): Promise<object> {
    return this.erasures.request(params.shopperId, hearing);
  }

  @Handles(eraseMe)
  eraseMe(hearing: Asked<typeof eraseMe>): Promise<object> {
    return this.erasures.request(hearing.principal.shopperId, hearing);
  }

  @Handles(get)
  get({ params }: Asked<typeof get>): Promise<object> {
    return this.erasures.shown(params.erasureId);
  }
}
