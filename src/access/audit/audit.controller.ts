import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked, type Page } from '../../platform/index.js';
import { Audit, type AuditItem } from './audit.service.js';

const named = z.string().min(1).max(200);
const listAudit = route({
  method: 'GET',
  path: '/v1/audit',
  tag: 'access',
  summary: 'Who did what, newest first',
  allow: ['admin', 'analyst'],
  ofChain: true,
  query: vocabulary.page.extend({
    subject: named.optional().describe('of whom or what: shopper:<id>, offer:<id>, key:<id>'),
    actor: named.optional().describe('by whom: staff:<id>, service:<keyId>'),
    action: named
      .optional()
      .describe('what: consent.recorded; a noun alone, as consent, for all that was done to it'),
    from: vocabulary.instant.optional(),
    to: vocabulary.instant.optional(),
  }),
  answer: vocabulary.pageOf(
    z.object({
      auditId: z.guid(),
      at: z.string(),
      actor: z.string(),
      action: z.string(),
      subject: z.string(),
      before: z.unknown().optional(),
      after: z.unknown().optional(),
    }),
  ),
});

@Controller()
export class AuditController {
  constructor(private readonly audit: Audit) {}

  @Handles(listAudit)
  list({ query }: Asked<typeof listAudit>): Promise<Page<AuditItem>> {
    return this.audit.list(query);
  }
}
