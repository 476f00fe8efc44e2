import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked } from '../../platform/index.js';
import { toRfc3339 } from '../../shared/index.js';
import { ShopperTokens } from './shopper-tokens.service.js';
import { LONGEST_SECONDS, SHORTEST_SECONDS } from './tokens.rules.js';

const issueToken = route({
  method: 'POST',
  path: '/v1/shoppers/{shopperId}/tokens',
  tag: 'access',
  summary: "A token for the shopper's app, 24 hours long unless a shorter time is asked for",
  allow: ['service'],
  params: z.strictObject({ shopperId: vocabulary.shopperId }),
  body: z
    .strictObject({ ttlSeconds: z.int().min(SHORTEST_SECONDS).max(LONGEST_SECONDS).optional() })
    .optional(),
  status: 201,
  answer: z.object({ token: z.string(), expiresAt: z.string() }),
});

@Controller()
export class TokensController {
  constructor(private readonly tokens: ShopperTokens) {}

  @Handles(issueToken)
  async issue({ params, body }: Asked<typeof issueToken>): Promise<{ token: string; expiresAt: string }> {
    const { token, expiresAt } = await this.tokens.issueKnown(params.shopperId, body?.ttlSeconds);
    return { token, expiresAt: toRfc3339(expiresAt) };
  }
}
