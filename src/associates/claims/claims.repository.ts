import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import type { Instant, StaffId, VisitId } from '../../shared/index.js';

/** Who serves a visit. */
export interface Claim {
  staffId: StaffId;
  displayName: string;
  claimedAt: Instant;
}

@Injectable()
export class ClaimsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes a visit that is under way and nobody's; of any number at once one gets it.
   *
   * @returns who has it now, whoever that is; undefined when the visit has ended
   */
  async take(visitId: VisitId, staffId: StaffId, now: Instant): Promise<Claim | undefined> {
    await this.database.run(
      `INSERT INTO visit_claims (visit_id, staff_id, claimed_at)
       SELECT visit_id, $2, $3 FROM visits WHERE visit_id = $1 AND ended_at IS NULL
       ON CONFLICT (visit_id) DO NOTHING`,
      [visitId, staffId, timestamp(now)],
    );
    return this.of(visitId);
  }

  /** Who serves a visit that is under way. */
  async of(visitId: VisitId): Promise<Claim | undefined> {
    const [claim] = await this.database.query<Claim>(
      `SELECT staff_id AS "staffId", coalesce(display_name, '') AS "displayName", claimed_at AS "claimedAt"
       FROM visit_claims JOIN visits USING (visit_id) LEFT JOIN staff USING (staff_id)
       WHERE visit_id = $1 AND visits.ended_at IS NULL`,
      [visitId],
    );
    return claim;
  }

  /** @returns whether there was such a claim */
  async release(visitId: VisitId, staffId: StaffId): Promise<boolean> {
    const released = await this.database.run(
      'DELETE FROM visit_claims WHERE visit_id = $1 AND staff_id = $2',
      [visitId, staffId],
    );
    return released > 0;
  }
}
