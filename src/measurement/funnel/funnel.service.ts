import { Injectable } from '@nestjs/common';
import { ReportScopes } from '../../insights/index.js';
import { Clock } from '../../platform/index.js';
import { toRfc3339, type PrincipalOf } from '../../shared/index.js';
import { reportDays } from '../report-days.js';
import { funnelDefinitions } from './definitions.js';
import type { FunnelAnswer, FunnelQuery } from './funnel.dto.js';
import { FunnelRepository, type FunnelRecord } from './funnel.repository.js';
import { stepsOf } from './funnel.rules.js';

const USUAL_DAYS = 31;

/** From the visit to the purchase: how many came how far, and why nothing was said to the others. */
@Injectable()
export class FunnelReport {
  constructor(
    private readonly repository: FunnelRepository,
    private readonly scopes: ReportScopes,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 for a store that is not theirs, 400 for an empty range, 503 when it takes too long */
  async report(principal: PrincipalOf<'service' | 'staff'>, query: FunnelQuery): Promise<FunnelAnswer> {
    const now = this.clock.now();
    const { storeIds, timeZone } = this.scopes.of(principal, query.storeId);
    const { days, from, to } = reportDays(query, timeZone, now, USUAL_DAYS);
    const { counts, reasons } = await this.repository.record({ from, to, storeIds, offerId: query.offerId });
    return {
      ...days,
      timeZone,
      storeId: query.storeId ?? null,
      asOf: toRfc3339(now),
      steps: stepsOf(counts),
      boughtUnopened: counts.boughtUnopened,
      ...silencesOf(reasons),
      definitions: funnelDefinitions,
    };
  }
}

function silencesOf(reasons: FunnelRecord['reasons']): Pick<FunnelAnswer, 'decisions' | 'silences'> {
  const all = reasons.reduce((sum, { decisions }) => sum + decisions, 0);
  return {
    decisions: all,
    silences: reasons.flatMap(({ reason, decisions }) =>
      reason === null ? [] : [{ reason, decisions, share: decisions / all }],
    ),
  };
}
