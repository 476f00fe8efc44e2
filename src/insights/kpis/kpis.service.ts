import { Inject, Injectable } from '@nestjs/common';
import { Clock, SETTINGS, badRequest, notFound, type Settings } from '../../platform/index.js';
import { localTime, startOfLocalDay, toRfc3339, type Instant, type PrincipalOf } from '../../shared/index.js';
import {
  addDays,
  addPeriods,
  periodStarts,
  startOfPeriod,
  wholePeriods,
  type DayRange,
} from './civil-days.rules.js';
import { categorySharesOf } from './category-shares.rules.js';
import { categoryDefinitions, expectedDefinitions, kpiDefinitions } from './definitions.js';
import type { KpisAnswer, KpisQuery } from './kpis.dto.js';
import { KpisRepository, type Edges } from './kpis.repository.js';
import { datedBy, kpisOf } from './kpis.rules.js';
import { ReportScopes } from './report-scopes.service.js';

/** Shown unless asked otherwise, the running one among them: a month, a quarter, a year and the month a year ago. */
const USUAL_PERIODS = { day: 31, week: 13, month: 13 } as const;
/** A year of days, and a leap day. */
const MOST_PERIODS = 366;

/** How the shop does with its shoppers, period by period. */
@Injectable()
export class Kpis {
  constructor(
    private readonly repository: KpisRepository,
    private readonly scopes: ReportScopes,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * @throws Problem 404 for a store or segment that is not theirs, 400 for a range that is empty or of more than 366
   *   periods, 503 when it takes too long
   */
  async report(principal: PrincipalOf<'service' | 'staff'>, query: KpisQuery): Promise<KpisAnswer> {
    const now = this.clock.now();
    const scope = this.scopes.of(principal, query.storeId);
    const range = rangeOf(query, localTime(now, scope.timeZone).date);
    const edges = edgesOf(range, query.period, scope.timeZone);
    const { defaultMarginShare } = this.settings;
    const question = { scope, segmentId: query.segmentId, edges, now, defaultMarginShare };
    const counts = await this.repository.tallies(question);
    if (counts === undefined) throw notFound('segment');
    const { tallies, categories, population, expected } = counts;
    const complete = edges.moments.slice(2).map((end) => end <= now);
    const { periods, total } = kpisOf(tallies, complete);
    return {
      ...range,
      period: query.period,
      timeZone: scope.timeZone,
      storeId: query.storeId ?? null,
      segmentId: query.segmentId ?? null,
      asOf: toRfc3339(now),
      population,
      expected,
      acquisitionDatedBy: datedBy(tallies.acquired),
      periods: periods.map((figures, index) => ({
        from: edges.days[index + 1] ?? range.from,
        to: edges.days[index + 2] ?? range.to,
        complete: complete[index] ?? false,
        ...figures,
      })),
      total,
      categories: { sampledOneIn: categories.oneIn, items: categorySharesOf(categories) },
      definitions: { ...kpiDefinitions, ...expectedDefinitions, ...categoryDefinitions },
    };
  }
}

function rangeOf({ from, to, period }: KpisQuery, today: string): DayRange {
  const until = to ?? addDays(today, 1);
  const since =
    from ?? addPeriods(startOfPeriod(addDays(until, -1), period), period, 1 - USUAL_PERIODS[period]);
  if (since >= until) throw badRequest('invalid-request', 'query.to: must be after from; it is exclusive');
  return wholePeriods({ from: since, to: until }, period);
}

function edgesOf(range: DayRange, period: KpisQuery['period'], timeZone: string): Edges {
  const starts = periodStarts(range, period);
  if (starts.length > MOST_PERIODS) {
    const detail = `query: ${starts.length} periods; at most ${MOST_PERIODS} are shown at once`;
    throw badRequest('too-many-periods', detail);
  }
  const days = [addPeriods(range.from, period, -1), ...starts, range.to];
  return { days, moments: days.map((day): Instant => startOfLocalDay(day, timeZone)) };
}
