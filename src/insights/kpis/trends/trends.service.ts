import { Injectable } from '@nestjs/common';
import { Clock, badRequest } from '../../../platform/index.js';
import { localTime, startOfLocalDay, type PrincipalOf } from '../../../shared/index.js';
import { addDays, addMonths, daysBetween, type CivilDay, type DayRange } from '../civil-days.rules.js';
import { trendDefinitions } from '../definitions.js';
import { ReportScopes } from '../report-scopes.service.js';
import type { TrendsAnswer, TrendsQuery } from './trends.dto.js';
import { itemsOf } from './trend-items.rules.js';
import { TrendsRepository, type Moments } from './trends.repository.js';

/** Four weeks, so that each weekday is in both windows as often. */
const USUAL_DAYS = 28;
const MOST_DAYS = 366;

/** What is bought more than before, and what less. */
@Injectable()
export class Trends {
  constructor(
    private readonly repository: TrendsRepository,
    private readonly scopes: ReportScopes,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws Problem 404 for a store that is not theirs, 400 for a range that is empty or longer than a year, 503 when
   *   it takes too long
   */
  async report(principal: PrincipalOf<'service' | 'staff'>, query: TrendsQuery): Promise<TrendsAnswer> {
    const scope = this.scopes.of(principal, query.storeId);
    const [now, before, yearAgo] = windowsOf(query, localTime(this.clock.now(), scope.timeZone).date);
    const momentsOf = ({ from, to }: DayRange): Moments => ({
      since: startOfLocalDay(from, scope.timeZone),
      until: startOfLocalDay(to, scope.timeZone),
    });
    const windows = [momentsOf(now), momentsOf(before), momentsOf(yearAgo)] as const;
    const { rows, purchases, firstPurchaseAt } = await this.repository.sales(query.level, windows, scope);
    const firstDay = firstPurchaseAt && localTime(firstPurchaseAt, scope.timeZone).date;
    const shownOf = (range: DayRange, count: number) => ({
      ...range,
      purchases: count,
      onRecord: typeof firstDay === 'string' && firstDay <= range.from,
    });
    const [ofNow, ofBefore, ofYearAgo] = purchases;
    const items = itemsOf(query.level, rows, ofYearAgo > 0);
    return {
      level: query.level,
      storeId: query.storeId ?? null,
      timeZone: scope.timeZone,
      window: shownOf(now, ofNow),
      windowBefore: shownOf(before, ofBefore),
      windowYearAgo: ofYearAgo === 0 ? null : shownOf(yearAgo, ofYearAgo),
      growth: ofBefore === 0 ? null : ofNow / ofBefore - 1,
      items: items.slice(0, query.limit),
      rising: items.filter(({ mark }) => mark === 'rising').length,
      falling: items.filter(({ mark }) => mark === 'falling').length,
      total: items.length,
      definitions: trendDefinitions,
    };
  }
}

/** What is asked, as many days before it, and as many from the same day a year earlier. */
function windowsOf({ from, to }: TrendsQuery, today: CivilDay): [DayRange, DayRange, DayRange] {
  const until = to ?? today;
  const since = from ?? addDays(until, -USUAL_DAYS);
  if (since >= until) throw badRequest('invalid-request', 'query.to: must be after from; it is exclusive');
  const days = daysBetween(since, until);
  if (days > MOST_DAYS) {
    throw badRequest('invalid-request', `query.to: ${days} days after from; at most ${MOST_DAYS}`);
  }
  const yearAgo = addMonths(since, -12);
  return [
    { from: since, to: until },
    { from: addDays(since, -days), to: since },
    { from: yearAgo, to: addDays(yearAgo, days) },
  ];
}
