import { Controller } from '@nestjs/common';
import { Handles, route, type Asked } from '../../platform/index.js';
import { kpisAnswer, kpisQuery, type KpisAnswer } from './kpis.dto.js';
import { Kpis } from './kpis.service.js';

const kpis = route({
  method: 'GET',
  path: '/v1/reports/kpis',
  tag: 'reports',
  summary: 'How the shop does with its shoppers, by day, week or month; of those who consented to profiling',
  allow: ['service', 'admin', 'marketer', 'analyst'],
  query: kpisQuery,
  answer: kpisAnswer,
});

@Controller()
export class KpisController {
  constructor(private readonly kpis: Kpis) {}

  @Handles(kpis)
  report({ principal, query }: Asked<typeof kpis>): Promise<KpisAnswer> {
    return this.kpis.report(principal, query);
  }
}
