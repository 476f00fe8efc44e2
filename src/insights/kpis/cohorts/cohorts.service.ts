import { Inject, Injectable } from '@nestjs/common';
import { Clock, SETTINGS, badRequest, type Settings } from '../../../platform/index.js';
import { localTime, type PrincipalOf } from '../../../shared/index.js';
import { addDays, addMonths, wholePeriods, type DayRange } from '../civil-days.rules.js';
import { cohortDefinitions } from '../definitions.js';
import { ReportScopes } from '../report-scopes.service.js';
import type { CohortsAnswer, CohortsQuery } from './cohorts.dto.js';
import { CohortsRepository } from './cohorts.repository.js';
import { cohortTable, observedUntil, type CohortRow } from './cohorts.rules.js';

/** Two years of cohorts and the running month. */
const USUAL_MONTHS = 24;

/** What shoppers have earned since they were won, by when and how that was. */
@Injectable()
export class Cohorts {
  constructor(
    private readonly repository: CohortsRepository,
    private readonly scopes: ReportScopes,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem 400 for a range that is empty, 503 when it takes too long */
  async report(principal: PrincipalOf<'service' | 'staff'>, query: CohortsQuery): Promise<CohortsAnswer> {
    const scope = this.scopes.of(principal);
    const today = localTime(this.clock.now(), scope.timeZone).date;
    const range = rangeOf(query, today);
    const last = await this.repository.lastPurchase(scope);
    const until =
      query.observedUntil ??
      observedUntil(today, last === undefined ? undefined : localTime(last, scope.timeZone).date);
    const { cohorts, datedBy, earned } = await this.repository.cohorts({
      scope,
      by: query.by,
      range,
      oldestMonths: Math.max(...query.ages),
      defaultMarginShare: this.settings.defaultMarginShare,
    });
    const rows = cohortTable(cohorts, earned, {
      ages: query.ages,
      observedUntil: until,
      discountRate: query.discountRate,
      usualCurrency: scope.currency,
    });
    return {
      by: query.by,
      ...range,
      timeZone: scope.timeZone,
      observedUntil: until,
      discountRate: query.discountRate,
      acquisitionDatedBy: datedBy,
      rows: rows.map(shown),
      definitions: cohortDefinitions,
    };
  }
}

function rangeOf({ from, to }: CohortsQuery, today: string): DayRange {
  const until = to ?? addDays(today, 1);
  const since = from ?? addMonths(addDays(until, -1), -USUAL_MONTHS);
  if (since >= until) throw badRequest('invalid-request', 'query.to: must be after from; it is exclusive');
  return wholePeriods({ from: since, to: until }, 'month');
}

function shown({ month, channel, shoppers, currency, estimatedShare, cells }: CohortRow) {
  return {
    month,
    channel,
    acquiredShoppers: shoppers,
    currency,
    estimatedShare,
    cells: cells.map(({ months, margin }) => ({
      months,
      // To a whole minor unit, half up.
      lifetimeValue: margin === null ? null : { amount: Math.floor(margin + 0.5), currency },
    })),
  };
}
