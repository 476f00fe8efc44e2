import { Controller } from '@nestjs/common';
import { asAccepted, Handles, route, type Answer, type Asked, type Page } from '../platform/index.js';
import { namedAnswer, namedQuery, offersAnswer, offersQuery, offersTable } from './offers-report.dto.js';
import type { NamedUnredeemed } from './offers-report.repository.js';
import { OffersReport } from './offers-report.service.js';

const tag = 'reports';
const allow = ['service', 'admin', 'marketer', 'analyst'] as const;

const offers = route({
  method: 'GET',
  path: '/v1/reports/offers',
  tag,
  summary: 'What offers did: issued, received, opened, redeemed, converted; revenue, discount and margin',
  allow,
  query: offersQuery,
  answer: offersAnswer,
  csv: true,
});
const named = route({
  method: 'GET',
  path: '/v1/reports/unredeemed-coupons',
  tag,
  summary: 'Purchase lines that name a coupon which no till has redeemed, the latest first',
  allow,
  query: namedQuery,
  answer: namedAnswer,
});

@Controller()
export class OffersReportController {
  constructor(private readonly reports: OffersReport) {}

  @Handles(offers)
  async report({ principal, query, headers }: Asked<typeof offers>): Promise<Answer> {
    return asAccepted(headers, 'offers', await this.reports.report(principal, query), offersTable);
  }

  @Handles(named)
  named({ principal, query }: Asked<typeof named>): Promise<Page<NamedUnredeemed>> {
    return this.reports.named(principal, query);
  }
}
