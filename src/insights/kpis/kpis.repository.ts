import { Injectable } from '@nestjs/common';
import { timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import type { CivilDay } from './civil-days.rules.js';
import { PURCHASE_AFTER_VISIT_MINUTES } from './definitions.js';
import type { KpiTallies } from './kpis.rules.js';
import { ACQUIRED, ACTIVITY, GAPS, LIFETIMES, MONEY, POPULATION, VISITS } from './kpis.sql.js';
import { ReportReader } from './report-reader.js';
import type { ReportScope } from './report-scopes.service.js';

/** Where periods begin, with the end of the last one; the first is the one before those that are shown. */
export interface Edges {
  days: readonly CivilDay[];
  moments: readonly Instant[];
}

export interface KpiQuestion {
  scope: ReportScope;
  /** Undefined: whoever consented. */
  members: readonly ShopperId[] | undefined;
  edges: Edges;
  now: Instant;
  /** Of what was paid, where the cost is not known. */
  defaultMarginShare: number;
}

/** Whom a report is about, and how many more there are of whom nothing may be derived. */
export interface Population {
  shoppers: number;
  profiled: number;
}

type Rows<Key extends keyof KpiTallies> = KpiTallies[Key][number];

/** What the KPI report counts in the tables of purchases, shoppers and visits. */
@Injectable()
export class KpisRepository {
  constructor(private readonly reader: ReportReader) {}

  tallies(question: KpiQuestion): Promise<{ tallies: KpiTallies; population: Population }> {
    return this.reader.read(async (tx) => ({
      tallies: await talliesOf(tx, question),
      population: (await tx.query<Population>(POPULATION, [question.members ?? null]))[0] ?? NOBODY,
    }));
  }
}

const NOBODY: Population = { shoppers: 0, profiled: 0 };

async function talliesOf(tx: Queryable, question: KpiQuestion): Promise<KpiTallies> {
  const { scope, edges, now, defaultMarginShare } = question;
  const { days, timeZone } = { days: edges.days, timeZone: scope.timeZone };
  const moments = edges.moments.map(timestamp);
  const who = [scope.storeIds ?? null, question.members ?? null];
  return {
    activity: await tx.query<Rows<'activity'>>(ACTIVITY, [moments, ...who]),
    acquired: await tx.query<Rows<'acquired'>>(ACQUIRED, [days, ...who, timeZone]),
    lifetimes: await tx.query<Rows<'lifetimes'>>(LIFETIMES, [moments, ...who, days, timeZone]),
    gaps: await tx.query<Rows<'gaps'>>(GAPS, [days, ...who, timeZone, moments.at(-1)]),
    visits: await tx.query<Rows<'visits'>>(VISITS, [
      moments,
      ...who,
      timestamp(now),
      PURCHASE_AFTER_VISIT_MINUTES,
    ]),
    money: await tx.query<Rows<'money'>>(MONEY, [moments, ...who, defaultMarginShare]),
  };
}
