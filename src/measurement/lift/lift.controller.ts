import { Controller } from '@nestjs/common';
import { asAccepted, Handles, route, type Answer, type Asked } from '../../platform/index.js';
import { liftAnswer, liftQuery, liftTable } from './lift.dto.js';
import { LiftReport } from './lift.service.js';

const lift = route({
  method: 'GET',
  path: '/v1/reports/lift',
  tag: 'reports',
  summary: 'What offers earned more than their holdouts, with intervals that may be looked at every day',
  allow: ['service', 'admin', 'marketer', 'analyst'],
  query: liftQuery,
  answer: liftAnswer,
  csv: true,
});

@Controller()
export class LiftController {
  constructor(private readonly lifts: LiftReport) {}

  @Handles(lift)
  async report({ principal, query, headers }: Asked<typeof lift>): Promise<Answer> {
    return asAccepted(headers, 'lift', await this.lifts.report(principal, query), liftTable);
  }
}
