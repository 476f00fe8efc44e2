import { Controller } from '@nestjs/common';
import { asAccepted, Handles, route, type Answer, type Asked } from '../../platform/index.js';
import { funnelAnswer, funnelQuery, funnelTable } from './funnel.dto.js';
import { FunnelReport } from './funnel.service.js';

const funnel = route({
  method: 'GET',
  path: '/v1/reports/funnel',
  tag: 'reports',
  summary: 'From the visit to the purchase: how many came how far, and why nothing was said to the others',
  allow: ['service', 'admin', 'marketer', 'analyst'],
  query: funnelQuery,
  answer: funnelAnswer,
  csv: true,
});

@Controller()
export class FunnelController {
  constructor(private readonly funnels: FunnelReport) {}

  @Handles(funnel)
  async report({ principal, query, headers }: Asked<typeof funnel>): Promise<Answer> {
    return asAccepted(headers, 'funnel', await this.funnels.report(principal, query), funnelTable);
  }
}
