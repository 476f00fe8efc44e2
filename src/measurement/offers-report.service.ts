import { Inject, Injectable } from '@nestjs/common';
import { ReportScopes } from '../insights/index.js';
import { Clock, SETTINGS, type Page, type Settings } from '../platform/index.js';
import { toRfc3339, type PrincipalOf } from '../shared/index.js';
import { offersReportDefinitions } from './definitions.js';
import type { NamedQuery, OffersAnswer, OffersQuery } from './offers-report.dto.js';
import { OffersReportRepository, type NamedUnredeemed } from './offers-report.repository.js';
import { reportDays } from './report-days.js';

type Asker = PrincipalOf<'service' | 'staff'>;

const USUAL_DAYS = 31;

/** What offers did: from being made to what was bought because of them. */
@Injectable()
export class OffersReport {
  constructor(
    private readonly repository: OffersReportRepository,
    private readonly scopes: ReportScopes,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem 404 for a store that is not theirs, 400 for an empty range, 503 when it takes too long */
  async report(principal: Asker, query: OffersQuery): Promise<OffersAnswer> {
    const now = this.clock.now();
    const scope = this.scopes.of(principal, query.storeId);
    const { days, ...range } = reportDays(query, scope.timeZone, now, USUAL_DAYS);
    const { defaultMarginShare } = this.settings;
    const items = await this.repository.figures({
      ...range,
      storeIds: scope.storeIds,
      offerId: query.offerId,
      defaultMarginShare,
    });
    return {
      ...days,
      timeZone: scope.timeZone,
      storeId: query.storeId ?? null,
      asOf: toRfc3339(now),
      items,
      definitions: offersReportDefinitions,
    };
  }

  /** @throws Problem as `report` */
  named(principal: Asker, query: NamedQuery): Promise<Page<NamedUnredeemed>> {
    const scope = this.scopes.of(principal, query.storeId);
    const { from, to } = reportDays(query, scope.timeZone, this.clock.now(), USUAL_DAYS);
    return this.repository.named({ from, to, storeIds: scope.storeIds }, query);
  }
}
