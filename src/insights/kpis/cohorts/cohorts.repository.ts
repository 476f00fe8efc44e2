import { Injectable } from '@nestjs/common';
import type { Instant } from '../../../shared/index.js';
import type { CivilDay, DayRange } from '../civil-days.rules.js';
import type { DatedBy } from '../kpis.rules.js';
import { ReportReader } from '../report-reader.js';
import type { ReportScope } from '../report-scopes.service.js';
import type { Cohort, CohortsBy, Earned } from './cohorts.rules.js';
import { LAST_PURCHASE, earnedBy, membersBy } from './cohorts.sql.js';

interface CohortQuestion {
  scope: ReportScope;
  by: CohortsBy;
  /** Of the acquisition. */
  range: DayRange;
  oldestMonths: number;
  /** Of what was paid, where the cost is not known. */
  defaultMarginShare: number;
}

interface Key {
  /** Since the year 0. */
  month: number;
  channel: string | null;
}
interface MembersRow extends Key {
  shoppers: number;
  last_day: CivilDay;
  recorded: number;
  first_purchase: number;
  created: number;
}
interface EarnedRow extends Key {
  currency: string;
  age: number;
  margin: number;
  turned_over: number;
  estimated_on: number;
}

/** Who was won when and how, and what they earned at which age. */
@Injectable()
export class CohortsRepository {
  constructor(private readonly reader: ReportReader) {}

  cohorts(
    question: CohortQuestion,
  ): Promise<{ cohorts: Cohort[]; datedBy: Record<DatedBy, number>; earned: Earned[] }> {
    const { scope, by, range, oldestMonths, defaultMarginShare } = question;
    const won = [range.from, range.to, scope.storeIds ?? null, scope.timeZone];
    return this.reader.read(
      async (tx) => {
        const members = await tx.query<MembersRow>(membersBy(by), won);
        const earned = await tx.query<EarnedRow>(earnedBy(by), [...won, oldestMonths, defaultMarginShare]);
        return {
          cohorts: members.map((row) => ({ ...keyOf(row), shoppers: row.shoppers, lastDay: row.last_day })),
          datedBy: {
            recorded: sum(members, ({ recorded }) => recorded),
            firstPurchase: sum(members, (row) => row.first_purchase),
            created: sum(members, ({ created }) => created),
          },
          earned: earned.map((row) => ({
            ...keyOf(row),
            currency: row.currency,
            age: row.age,
            margin: row.margin,
            turnedOver: row.turned_over,
            estimatedOn: row.estimated_on,
          })),
        };
      },
      { wholeTables: true },
    );
  }

  /** The last purchase in the scope of anybody whose purchases may be used. */
  async lastPurchase({ storeIds }: ReportScope): Promise<Instant | undefined> {
    const [last] = await this.reader.read((tx) =>
      tx.query<{ purchased_at: Instant }>(LAST_PURCHASE, [storeIds ?? null]),
    );
    return last?.purchased_at;
  }
}

function keyOf({ month, channel }: Key): { month: string; channel: string | null } {
  const [year, ofYear] = [Math.floor(month / 12), (month % 12) + 1];
  return { month: `${year}-${String(ofYear).padStart(2, '0')}`, channel };
}

function sum<Row>(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
