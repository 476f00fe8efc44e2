import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked } from '../../platform/index.js';
import { toRfc3339 } from '../../shared/index.js';
import { ShopperTokens } from './shopper-tokens.service.js';
import { TokenHolders } from './token-holders.js';
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

const revokeTokens = route({
  method: 'DELETE',
  path: '/v1/shoppers/{shopperId}/tokens',
  tag: 'access',
  summary: 'Ends all tokens of the shopper that were made until now, and their sockets: for a lost phone',
  allow: ['service', 'admin'],
  ofChain: true,
  params: z.strictObject({ shopperId: vocabulary.shopperId }),
  status: 204,
});

@Controller()
export class TokensController {
  constructor(
    private readonly tokens: ShopperTokens,
    private readonly holders: TokenHolders,
  ) {}

  @Handles(issueToken)
  async issue({ params, body }: Asked<typeof issueToken>): Promise<{ token: string; expiresAt: string }> {
    const { token, expiresAt } = await this.tokens.issueKnown(params.shopperId, body?.ttlSeconds);
    return { token, expiresAt: toRfc3339(expiresAt) };
  }

  @Handles(revokeTokens)
  revoke({ params, principal }: Asked<typeof revokeTokens>): Promise<void> {
    return this.holders.revoke(params.shopperId, principal);
  }
}
