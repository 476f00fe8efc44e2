import { Controller } from '@nestjs/common';
import { Handles, route, type Asked } from '../../../platform/index.js';
import { cohortsAnswer, cohortsQuery, type CohortsAnswer } from './cohorts.dto.js';
import { Cohorts } from './cohorts.service.js';

const cohorts = route({
  method: 'GET',
  path: '/v1/reports/cohorts',
  tag: 'reports',
  summary: 'What shoppers have earned since they were won, by month or channel of acquisition',
  allow: ['service', 'admin', 'marketer', 'analyst'],
  query: cohortsQuery,
  answer: cohortsAnswer,
});

@Controller()
export class CohortsController {
  constructor(private readonly cohorts: Cohorts) {}

  @Handles(cohorts)
  report({ principal, query }: Asked<typeof cohorts>): Promise<CohortsAnswer> {
    return this.cohorts.report(principal, query);
  }
}
