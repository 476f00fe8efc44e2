import { Inject, Injectable } from '@nestjs/common';
import { addDays, ReportScopes, type ReportScope } from '../insights/index.js';
import { badRequest, Clock, SETTINGS, type Page, type Settings } from '../platform/index.js';
import { localTime, startOfLocalDay, toRfc3339, type PrincipalOf } from '../shared/index.js';
import { offersReportDefinitions } from './definitions.js';
import type { NamedQuery, OffersAnswer, OffersQuery } from './offers-report.dto.js';
import { OffersReportRepository, type NamedUnredeemed } from './offers-report.repository.js';

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
    const { days, ...range } = this.#range(query, scope);
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
    const { from, to } = this.#range(query, scope);
    return this.repository.named({ from, to, storeIds: scope.storeIds }, query);
  }

  #range({ from, to }: Pick<OffersQuery, 'from' | 'to'>, { timeZone }: ReportScope) {
    const until = to ?? addDays(localTime(this.clock.now(), timeZone).date, 1);
    const since = from ?? addDays(until, -USUAL_DAYS);
    if (since >= until) throw badRequest('invalid-request', 'query.to: must be after from; it is exclusive');
    return {
      days: { from: since, to: until },
      from: startOfLocalDay(since, timeZone),
      to: startOfLocalDay(until, timeZone),
    };
  }
}
