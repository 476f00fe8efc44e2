import { Controller } from '@nestjs/common';
import { Handles, asAccepted, route, type Answer, type Asked } from '../../platform/index.js';
import { kpisAnswer, kpisQuery } from './kpis.dto.js';
import { Kpis } from './kpis.service.js';
import { kpisTable } from './kpis.table.js';

const kpis = route({
  method: 'GET',
  path: '/v1/reports/kpis',
  tag: 'reports',
  summary: 'How the shop does with its shoppers, by day, week or month; of those who consented to profiling',
  allow: ['service', 'admin', 'marketer', 'analyst'],
  query: kpisQuery,
  answer: kpisAnswer,
  csv: true,
});

@Controller()
export class KpisController {
  constructor(private readonly kpis: Kpis) {}

  @Handles(kpis)
  async report({ principal, query, headers }: Asked<typeof kpis>): Promise<Answer> {
    return asAccepted(headers, 'kpis', await this.kpis.report(principal, query), kpisTable);
  }
}
