import { Controller } from '@nestjs/common';
import { Handles, asAccepted, route, type Answer, type Asked } from '../../../platform/index.js';
import { cohortsAnswer, cohortsQuery } from './cohorts.dto.js';
import { Cohorts } from './cohorts.service.js';
import { cohortsTable } from './cohorts.table.js';

const cohorts = route({
  method: 'GET',
  path: '/v1/reports/cohorts',
  tag: 'reports',
  summary: 'What shoppers have earned since they were won, by month or channel of acquisition',
  allow: ['service', 'admin', 'marketer', 'analyst'],
  query: cohortsQuery,
  answer: cohortsAnswer,
  csv: true,
});

@Controller()
export class CohortsController {
  constructor(private readonly cohorts: Cohorts) {}

  @Handles(cohorts)
  async report({ principal, query, headers }: Asked<typeof cohorts>): Promise<Answer> {
    return asAccepted(headers, 'cohorts', await this.cohorts.report(principal, query), cohortsTable);
  }
}
