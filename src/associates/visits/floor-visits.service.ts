import { Injectable } from '@nestjs/common';
import { OPEN_VISIT_MS } from '../../decisions/index.js';
import { Database, notFound, timestamp } from '../../platform/index.js';
import {
  MINUTE_MS,
  type Instant,
  type PrincipalOf,
  type ShopperId,
  type StoreId,
  type VisitId,
} from '../../shared/index.js';
import { reaches } from '../../stores/index.js';
import { MAY_BE_SEEN } from './person.sql.js';
import { VisitAliases } from './visit-aliases.js';

/** Long enough to write down what was said at the door. */
const GRACE_MS = 15 * MINUTE_MS;

/** The visit that an alias leads to. */
export interface FloorVisit {
  visitId: VisitId;
  visitAlias: string;
  shopperId: ShopperId;
  storeId: StoreId;
  startedAt: Instant;
  endedAt: Instant | null;
}

/** Visits by their alias, while they run and for 15 minutes after. */
@Injectable()
export class FloorVisits {
  constructor(
    private readonly database: Database,
    private readonly aliases: VisitAliases,
  ) {}

  /**
   * @throws Problem 404 for a visit that is none, is over, is of another store, or whose shopper may not be seen (any
   * more): all look alike
   */
  async find(visitAlias: string, associate: PrincipalOf<'staff'>, now: Instant): Promise<FloorVisit> {
    const visitId = this.aliases.visitOf(visitAlias);
    const [row] = visitId === undefined ? [] : await this.#read(visitId, now);
    if (row === undefined || !reaches(associate, row.storeId)) throw notFound('visit');
    return { ...row, visitAlias };
  }

  #read(visitId: VisitId, now: Instant): Promise<Omit<FloorVisit, 'visitAlias'>[]> {
    return this.database.query(
      `SELECT visits.visit_id AS "visitId", visits.shopper_id AS "shopperId", visits.store_id AS "storeId",
         visits.started_at AS "startedAt", visits.ended_at AS "endedAt"
       FROM visits ${MAY_BE_SEEN}
       WHERE visits.visit_id = $1
         AND (visits.ended_at > $2 OR (visits.ended_at IS NULL AND visits.started_at > $3))`,
      [visitId, timestamp(now - GRACE_MS), timestamp(now - OPEN_VISIT_MS)],
    );
  }
}
