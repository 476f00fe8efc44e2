import { Controller } from '@nestjs/common';
import { z } from 'zod';
import {
  asAccepted,
  Clock,
  Handles,
  route,
  vocabulary,
  type Answer,
  type Asked,
} from '../../platform/index.js';
import { toRfc3339 } from '../../shared/index.js';
import { ReportScopes } from '../kpis/report-scopes.service.js';
import { RFM_SEGMENTS } from './rfm.rules.js';
import { rfmReport, rfmTable } from './rfm-report.rules.js';
import { RfmReportRepository } from './rfm-report.repository.js';

const figures = {
  segment: z.enum(RFM_SEGMENTS),
  shoppers: z.int(),
  share: z.number().describe('of all shoppers scored'),
  meanSpent: z.int().nullable().describe('minor units of currency, a shopper; null for an earlier day'),
  meanLifetimeValue: z.int().nullable().describe('expected margin of twelve months, minor units, a shopper'),
};
const score = z.int().min(1).max(5);

const report = route({
  method: 'GET',
  path: '/v1/reports/rfm',
  tag: 'reports',
  summary: 'Shoppers by recency, frequency and spend: 125 cells, best first, and eleven segments',
  allow: ['service', 'admin', 'analyst', 'marketer'],
  query: z.strictObject({
    at: vocabulary.instant.optional().describe('as it was then; now without it'),
    storeId: vocabulary.storeId
      .optional()
      .describe('shoppers of this home store only; staff of some stores see those alone'),
  }),
  csv: true,
  answer: z.object({
    at: z.iso.datetime(),
    storeId: z.string().nullable(),
    currency: z
      .string()
      .nullable()
      .describe('that most of them pay in; others count as shoppers, not in means'),
    shoppers: z.int(),
    segments: z.array(z.object(figures)),
    cells: z.array(z.object({ recency: score, frequency: score, monetary: score, ...figures })),
  }),
});

@Controller()
export class RfmReportController {
  constructor(
    private readonly repository: RfmReportRepository,
    private readonly scopes: ReportScopes,
    private readonly clock: Clock,
  ) {}

  @Handles(report)
  async rfm({ query, headers, principal }: Asked<typeof report>): Promise<Answer> {
    const { at, storeId } = query;
    const { storeIds } = this.scopes.of(principal, storeId);
    const currency = await this.repository.currency(storeIds);
    const counts =
      at === undefined
        ? await this.repository.now(storeIds, currency)
        : await this.repository.at(storeIds, at);
    const of = { at: toRfc3339(at ?? this.clock.now()), storeId: storeId ?? null, currency };
    return asAccepted(headers, 'rfm', rfmReport(counts, of), rfmTable);
  }
}
