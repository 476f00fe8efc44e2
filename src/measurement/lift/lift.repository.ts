import { Injectable } from '@nestjs/common';
import { ReportReader } from '../../insights/index.js';
import { timestamp } from '../../platform/index.js';
import type { Instant, OfferId, StoreId } from '../../shared/index.js';
import { NAMES } from '../offers-report.sql.js';
import type { ArmCount, SpendingSums } from './lift.rules.js';
import { ARMS, SPENDING } from './lift.sql.js';

interface LiftQuestion {
  /** When first moments may lie. */
  from: Instant;
  to: Instant;
  /** Undefined: all, and what was bought online. */
  storeIds: readonly StoreId[] | undefined;
  offerId: OfferId | undefined;
  windowDays: number;
  now: Instant;
  /** Of what was paid, where the cost is not known. */
  defaultMarginShare: number;
}

/** Null: all offers together. */
type Experiment = { offerId: OfferId | null };

interface LiftRecord {
  arms: (ArmCount & Experiment)[];
  spending: (SpendingSums & Experiment)[];
  /** Newest first. */
  offers: { offerId: OfferId; name: string; kind: string }[];
}

/** Who was offered what, from whom it was withheld, and what they bought then. */
@Injectable()
export class LiftRepository {
  constructor(private readonly reader: ReportReader) {}

  record(question: LiftQuestion): Promise<LiftRecord> {
    const { from, to, storeIds, offerId, windowDays, now } = question;
    const values = [
      timestamp(from),
      timestamp(to),
      storeIds ?? null,
      offerId ?? null,
      windowDays,
      timestamp(now),
    ];
    return this.reader.read(async (tx) => {
      const arms = await tx.query<LiftRecord['arms'][number]>(ARMS, values);
      const spending = await tx.query<LiftRecord['spending'][number]>(SPENDING, [
        ...values,
        question.defaultMarginShare,
      ]);
      const offerIds = [...new Set(arms.flatMap((arm) => arm.offerId ?? []))];
      return { arms, spending, offers: await tx.query<LiftRecord['offers'][number]>(NAMES, [offerIds]) };
    });
  }
}
