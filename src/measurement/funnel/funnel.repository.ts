import { Injectable } from '@nestjs/common';
import { ReportReader } from '../../insights/index.js';
import { timestamp } from '../../platform/index.js';
import type { Instant, OfferId, StoreId } from '../../shared/index.js';
import type { VisitCounts } from './funnel.rules.js';
import { FUNNEL, SILENCES } from './funnel.sql.js';

interface FunnelQuestion {
  from: Instant;
  to: Instant;
  /** Undefined: all. */
  storeIds: readonly StoreId[] | undefined;
  offerId: OfferId | undefined;
}

export interface FunnelRecord {
  counts: VisitCounts;
  /** Of all decisions; those with an offer have no reason. */
  reasons: { reason: string | null; decisions: number }[];
}

/** How far visits came on the way to a purchase, and why the others did not. */
@Injectable()
export class FunnelRepository {
  constructor(private readonly reader: ReportReader) {}

  record({ from, to, storeIds, offerId }: FunnelQuestion): Promise<FunnelRecord> {
    const values = [timestamp(from), timestamp(to), storeIds ?? null, offerId ?? null];
    return this.reader.read(async (tx) => {
      const [counts] = await tx.query<VisitCounts>(FUNNEL, values);
      if (counts === undefined) throw new Error('an aggregate over visits has no row');
      return { counts, reasons: await tx.query<FunnelRecord['reasons'][number]>(SILENCES, values) };
    });
  }
}
