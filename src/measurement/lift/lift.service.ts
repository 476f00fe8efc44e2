import { Inject, Injectable } from '@nestjs/common';
import { ReportScopes } from '../../insights/index.js';
import { Clock, SETTINGS, type Settings } from '../../platform/index.js';
import { DAY_MS, toRfc3339, type OfferId, type PrincipalOf } from '../../shared/index.js';
import { reportDays } from '../report-days.js';
import { liftDefinitions } from './definitions.js';
import type { LiftAnswer, LiftQuery } from './lift.dto.js';
import { LiftRepository } from './lift.repository.js';
import { besides, liftOf, type Lift } from './lift.rules.js';
import { sentenceOf } from './sentence.rules.js';

/** A quarter: several times what most goods take to be bought again. */
const USUAL_DAYS = 91;

/** What offers earned that would not have come anyway, proved by those from whom they were withheld. */
@Injectable()
export class LiftReport {
  constructor(
    private readonly repository: LiftRepository,
    private readonly scopes: ReportScopes,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem 404 for a store that is not theirs, 400 for an empty range, 503 when it takes too long */
  async report(principal: PrincipalOf<'service' | 'staff'>, query: LiftQuery): Promise<LiftAnswer> {
    const now = this.clock.now();
    const { storeIds, timeZone } = this.scopes.of(principal, query.storeId);
    const { days, from, to } = reportDays(query, timeZone, now, USUAL_DAYS);
    const { offerId, windowDays } = query;
    const { defaultMarginShare } = this.settings;
    const asked = { from, to, storeIds, offerId, windowDays, now, defaultMarginShare };
    const { arms, spending, offers } = await this.repository.record(asked);
    const cameInDays = Math.max(1, (Math.min(to, now - windowDays * DAY_MS) - from) / DAY_MS);
    const liftIn = (experiment: OfferId | null): Lift => {
      const isOfIt = (each: { offerId: OfferId | null }): boolean => each.offerId === experiment;
      return liftOf(arms.filter(isOfIt), spending.filter(isOfIt), cameInDays);
    };
    return {
      ...days,
      timeZone,
      storeId: query.storeId ?? null,
      windowDays,
      asOf: toRfc3339(now),
      overall: arms.some((arm) => arm.offerId === null) ? told(liftIn(null)) : null,
      items: compared(offers.map((offer) => ({ ...offer, ...told(liftIn(offer.offerId)) }))),
      definitions: liftDefinitions,
    };
  }
}

function told(lift: Lift): Lift & { sentence: string } {
  return { ...lift, sentence: sentenceOf(lift) };
}

/** Each margin with what the others say of it. */
function compared<Item extends Lift>(items: readonly Item[]): Item[] {
  const margins = items.flatMap((item) => item.estimates.filter(({ metric }) => metric === 'margin'));
  const said = new Map(
    [...new Set(margins.map(({ currency }) => currency))].flatMap((currency) => {
      const alike = margins.filter((margin) => margin.currency === currency);
      return besides(alike).map((each, i) => [alike[i], each]);
    }),
  );
  return items.map((item) => ({
    ...item,
    estimates: item.estimates.map((estimate) => ({ ...estimate, ...said.get(estimate) })),
  }));
}
