import { Controller } from '@nestjs/common';
import { Handles, asAccepted, route, type Answer, type Asked } from '../../../platform/index.js';
import { trendsAnswer, trendsQuery } from './trends.dto.js';
import { Trends } from './trends.service.js';
import { trendsTable } from './trends.table.js';

const trends = route({
  method: 'GET',
  path: '/v1/reports/trends',
  tag: 'reports',
  summary: 'What is bought more than before and than a year ago, and what less, by category or product',
  allow: ['service', 'admin', 'marketer', 'analyst'],
  query: trendsQuery,
  answer: trendsAnswer,
  csv: true,
});

@Controller()
export class TrendsController {
  constructor(private readonly trends: Trends) {}

  @Handles(trends)
  async report({ principal, query, headers }: Asked<typeof trends>): Promise<Answer> {
    return asAccepted(headers, 'trends', await this.trends.report(principal, query), trendsTable);
  }
}
