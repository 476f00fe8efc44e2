import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { ShopperLooks } from '../access/index.js';
import { Handles, notFound, route, vocabulary, type Asked, type Page } from '../platform/index.js';
import { Ledger, type LedgerEntry } from './ledger.repository.js';
import { previewBody, type Preview } from './preview.dto.js';
import { Previews } from './preview.service.js';
import { Reach } from './reach.service.js';
import { reachOf } from '../stores/index.js';

const tag = 'decisions';
const allow = ['service', 'admin', 'marketer', 'approver', 'analyst'] as const;

const reason = z.object({ code: z.string(), detail: z.string(), path: z.string().optional() });
const considered = z.object({
  offerId: z.string(),
  revision: z.int(),
  eligible: z.boolean(),
  reasons: z.array(reason),
  score: z.number().optional(),
  propensity: z.number().optional(),
  productId: z.string().optional(),
  worth: z.record(z.string(), z.number()).optional(),
});
const ghost = z
  .object({
    title: z.string(),
    body: z.string(),
    imageUrl: z.string().optional(),
    deepLink: z.string().optional(),
    reward: z.record(z.string(), z.unknown()).optional(),
    expiresAt: z.iso.datetime(),
  })
  .describe('of a ghost: the offer as the app would have got it');
const entry = z.object({
  decisionId: z.string(),
  shopperId: z.string(),
  storeId: z.string(),
  visitId: z.string(),
  zoneId: z.string().optional(),
  on: z.string(),
  at: z.string(),
  outcome: z.enum(['offer', 'silence', 'ghost']),
  reason: z.string().optional(),
  offerId: z.string().optional(),
  revision: z.int().optional(),
  deliveryId: z.string().optional(),
  heldOutOf: z.enum(['all', 'offer']).optional().describe('of a ghost: all offers, or this one'),
  productId: z.string().optional(),
  policy: z.enum(['priority', 'incrementalValue']).optional(),
  ghost: ghost.optional(),
  considered: z.array(considered),
  latencyMs: z.record(z.string(), z.number()),
});

const listDecisions = route({
  method: 'GET',
  path: '/v1/decisions',
  tag,
  summary: 'The ledger: what was decided, newest first, with every offer that was considered',
  allow,
  query: vocabulary.page.extend({
    shopperId: vocabulary.shopperId.optional(),
    offerId: vocabulary.offerId.optional(),
    storeId: vocabulary.storeId.optional(),
    visitId: vocabulary.visitId.optional(),
    outcome: z.enum(['offer', 'silence', 'ghost']).optional(),
    from: vocabulary.instant.optional(),
    to: vocabulary.instant.optional(),
  }),
  answer: vocabulary.pageOf(entry),
});
const getDecision = route({
  method: 'GET',
  path: '/v1/decisions/{decisionId}',
  tag,
  summary: 'One decision, explained',
  allow,
  params: z.strictObject({ decisionId: vocabulary.decisionId }),
  answer: entry,
});
const previewDecision = route({
  method: 'POST',
  path: '/v1/decisions/preview',
  tag,
  summary: 'What would be decided for a shopper at a place; writes nothing',
  allow,
  body: previewBody,
  answer: z.object({
    outcome: z.enum(['offer', 'silence']),
    reason: z.string().optional(),
    offer: z.record(z.string(), z.unknown()).optional(),
    considered: z.array(considered),
  }),
});

@Controller()
export class DecisionsController {
  constructor(
    private readonly ledger: Ledger,
    private readonly previews: Previews,
    private readonly reach: Reach,
    private readonly looks: ShopperLooks,
  ) {}

  @Handles(listDecisions)
  async list({ query, principal }: Asked<typeof listDecisions>): Promise<Page<LedgerEntry>> {
    const { storeId, visitId, offerId } = query;
    await this.reach.require(principal, { storeId, visitId, offerIds: offerId && [offerId] });
    return this.ledger.list({ ...query, storeIds: reachOf(principal) ?? [] });
  }

  @Handles(getDecision)
  async get({ params, principal }: Asked<typeof getDecision>): Promise<LedgerEntry> {
    const found = await this.ledger.find(params.decisionId, reachOf(principal) ?? []);
    if (found === undefined) throw notFound('decision');
    return found;
  }

  @Handles(previewDecision)
  async preview({ body, principal }: Asked<typeof previewDecision>): Promise<Preview> {
    await this.reach.require(principal, { storeId: body.storeId, offerIds: body.draftOfferIds });
    await this.looks.require(principal, body.shopperId);
    return this.previews.preview(body);
  }
}
