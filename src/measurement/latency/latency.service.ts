import { Injectable } from '@nestjs/common';
import { ReportScopes } from '../../insights/index.js';
import { Clock } from '../../platform/index.js';
import type { PrincipalOf } from '../../shared/index.js';
import { reportDays } from '../report-days.js';
import { LATENCY_DEFINITIONS, LATENCY_NOTE, STAGES } from './definitions.js';
import type { LatencyAnswer, LatencyQuery, StageFigures } from './latency.dto.js';
import { LatencyRepository, type LatencyRow } from './latency.repository.js';

const USUAL_DAYS = 7;

/** How long offers take from the sighting to the phone, stage by stage. */
@Injectable()
export class Latency {
  constructor(
    private readonly repository: LatencyRepository,
    private readonly scopes: ReportScopes,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 for a store that is not theirs, 400 for a time that ends before it begins */
  async report(
    principal: PrincipalOf<'service' | 'staff'>,
    { storeId, period, ...asked }: LatencyQuery,
  ): Promise<LatencyAnswer> {
    const scope = this.scopes.of(principal, storeId);
    const { days } = reportDays(asked, scope.timeZone, this.clock.now(), USUAL_DAYS);
    const figures = await this.repository.figures(scope, days, period);
    return {
      ...days,
      period,
      timeZone: scope.timeZone,
      note: LATENCY_NOTE,
      definitions: LATENCY_DEFINITIONS,
      total: stagesOf(figures.filter(({ storeId: store }) => store === null)),
      rows: rowsOf(figures),
    };
  }
}

function rowsOf(figures: readonly LatencyRow[]): LatencyAnswer['rows'] {
  const rows = new Map<string, LatencyRow[]>();
  for (const figure of figures) {
    if (figure.storeId === null) continue;
    const key = `${figure.from ?? ''}\n${figure.storeId}`;
    rows.set(key, [...(rows.get(key) ?? []), figure]);
  }
  return [...rows.values()].map((ofRow) => ({
    storeId: ofRow[0]?.storeId ?? '',
    from: ofRow[0]?.from ?? '',
    stages: stagesOf(ofRow),
  }));
}

/** All stages in their order; one that no offer came to counts none. */
function stagesOf(figures: readonly LatencyRow[]): StageFigures[] {
  return STAGES.map((stage) => {
    const found = figures.find((each) => each.stage === stage);
    const { count = 0, later = 0, p50 = null, p95 = null, p99 = null } = found ?? {};
    return { stage, count, later, p50, p95, p99 };
  });
}
