import { Controller } from '@nestjs/common';
import { Handles, route, type Asked } from '../../../platform/index.js';
import { trendsAnswer, trendsQuery, type TrendsAnswer } from './trends.dto.js';
import { Trends } from './trends.service.js';

const trends = route({
  method: 'GET',
  path: '/v1/reports/trends',
  tag: 'reports',
  summary: 'What is bought more than before and than a year ago, and what less, by category or product',
  allow: ['service', 'admin', 'marketer', 'analyst'],
  query: trendsQuery,
  answer: trendsAnswer,
});

@Controller()
export class TrendsController {
  constructor(private readonly trends: Trends) {}

  @Handles(trends)
  report({ principal, query }: Asked<typeof trends>): Promise<TrendsAnswer> {
    return this.trends.report(principal, query);
  }
}
