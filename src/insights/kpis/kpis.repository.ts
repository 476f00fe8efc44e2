import { Injectable } from '@nestjs/common';
import { timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, Money } from '../../shared/index.js';
import type { CivilDay } from './civil-days.rules.js';
import { PURCHASE_AFTER_VISIT_MINUTES } from './definitions.js';
import type { KpiTallies } from './kpis.rules.js';
import { NOTHING_SOLD, type CategorySales } from './category-shares.rules.js';
import { CATEGORIES, EXPECTED, GAPS, HAS_SEGMENT, MONEY, PEOPLE, POPULATION, VISITS } from './kpis.sql.js';
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
  segmentId: string | undefined;
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

/** What is expected of those whom the report is about. Money in minor units. */
export interface Expected {
  scoredShoppers: number;
  meanProbabilityActive: number | null;
  customerEquity: Money[];
}

type Rows<Key extends keyof KpiTallies> = KpiTallies[Key][number];

export interface KpiCounts {
  tallies: KpiTallies;
  categories: CategorySales;
  population: Population;
  expected: Expected;
}

/** Whose baskets are looked into: a share among so many is known to a point (1.96 x 0.5 / sqrt(10,000)). */
const ENOUGH_SHOPPERS = 10_000;

/** What the KPI report counts in the tables of purchases, shoppers and visits. */
@Injectable()
export class KpisRepository {
  constructor(private readonly reader: ReportReader) {}

  /** @returns undefined where there is no such segment */
  tallies(question: KpiQuestion): Promise<KpiCounts | undefined> {
    return this.reader.read(async (tx) => {
      const { segmentId } = question;
      if (segmentId !== undefined && (await tx.query(HAS_SEGMENT, [segmentId])).length === 0)
        return undefined;
      const tallies = await talliesOf(tx, question);
      const active = tallies.activity.find(({ bucket }) => bucket === null)?.active ?? 0;
      return {
        tallies,
        categories: await categoriesOf(tx, question, Math.max(1, Math.ceil(active / ENOUGH_SHOPPERS))),
        expected:
          (await tx.query<Expected>(EXPECTED, [segmentId ?? null, question.scope.storeIds ?? null]))[0] ??
          NOTHING,
        population: (await tx.query<Population>(POPULATION, [question.segmentId ?? null]))[0] ?? NOBODY,
      };
    });
  }
}

type People = Pick<KpiTallies, 'activity' | 'acquired' | 'lifetimes'>;
const NO_PEOPLE: People = { activity: [], acquired: [], lifetimes: [] };
const NOTHING: Expected = { scoredShoppers: 0, meanProbabilityActive: null, customerEquity: [] };
const NOBODY: Population = { shoppers: 0, profiled: 0 };

async function talliesOf(tx: Queryable, question: KpiQuestion): Promise<KpiTallies> {
  const { scope, edges, now, defaultMarginShare } = question;
  const { days, timeZone } = { days: edges.days, timeZone: scope.timeZone };
  const moments = edges.moments.map(timestamp);
  const who = [scope.storeIds ?? null, question.segmentId ?? null];
  const [people = NO_PEOPLE] = await tx.query<People>(PEOPLE, [moments, ...who, days, timeZone]);
  return {
    ...people,
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

async function categoriesOf(
  tx: Queryable,
  { scope, segmentId, edges }: KpiQuestion,
  oneIn: number,
): Promise<CategorySales> {
  const moments = edges.moments.map(timestamp);
  const values = [moments, scope.storeIds ?? null, segmentId ?? null, oneIn];
  const [sales] = await tx.query<Omit<CategorySales, 'oneIn'>>(CATEGORIES, values);
  return { ...NOTHING_SOLD, ...sales, oneIn };
}
