import { Injectable } from '@nestjs/common';
import { Database, Outbox, timestamp, type Queryable } from '../../platform/index.js';
import { SECOND_MS, type Instant, type ShopperId, type StoreId, type VisitId } from '../../shared/index.js';
import type { CheckInRequest } from './checkin.dto.js';
import type { CheckIn } from './checkin.js';
import { planVisit, type KnownVisit } from './checkin.rules.js';

/** A check-in that is to be kept, with the ids it will have: a repeat of the transaction keeps them. */
export interface NewCheckIn {
  made: Omit<CheckIn, 'visitId'>;
  method: CheckInRequest['method'];
  /** The visit's id, if one has to be begun. */
  newVisitId: VisitId;
  /** Under which it lies in the outbox until presence has it; undefined for late ones, which presence never gets. */
  outboxId: string | undefined;
}

interface VisitRow {
  visit_id: VisitId;
  started_at: Instant;
  ended_at: Instant | null;
}

/** The writer of a check-in hands it on at once itself; a worker looks only after this. */
const HANDED_ON_WITHIN_MS = SECOND_MS;

/** Check-ins in Postgres: committed before they are acknowledged. */
@Injectable()
export class CheckInRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  /**
   * One transaction: the shopper's lock, consent, visit, check-in, outbox.
   *
   * @returns the check-in with the visit it belongs to; undefined without the `location` consent
   */
  async keep(fresh: NewCheckIn): Promise<CheckIn | undefined> {
    return this.database.transaction(async (tx) => {
      const { made, method, outboxId } = fresh;
      await lock(tx, made.shopperId);
      if (!(await mayBeLocated(tx, made.shopperId))) return undefined;
      const checkin = { ...made, visitId: await visitOf(tx, fresh) };
      await insert(tx, checkin, method);
      if (outboxId !== undefined) {
        const { receivedAt, ...payload } = checkin;
        const dueAt = receivedAt + HANDED_ON_WITHIN_MS;
        await this.outbox.write(tx, [{ id: outboxId, event: 'checkin.recorded', payload, dueAt }]);
      }
      return checkin;
    });
  }
}

/** The lock that grants, redemptions, merges and withdrawals take first. */
async function lock(tx: Queryable, shopperId: ShopperId): Promise<void> {
  await tx.run('INSERT INTO contact_state (shopper_id) VALUES ($1) ON CONFLICT (shopper_id) DO NOTHING', [
    shopperId,
  ]);
  await tx.run('SELECT FROM contact_state WHERE shopper_id = $1 FOR UPDATE', [shopperId]);
}

/** Read here, under the lock that a withdrawal takes too: a copy kept in memory could be seconds old. */
async function mayBeLocated(tx: Queryable, shopperId: ShopperId): Promise<boolean> {
  const rows = await tx.query(
    "SELECT FROM consents WHERE shopper_id = $1 AND purpose = 'location' AND granted",
    [shopperId],
  );
  return rows.length > 0;
}

async function visitOf(tx: Queryable, { made, newVisitId, outboxId }: NewCheckIn): Promise<VisitId> {
  const { shopperId, storeId, observedAt, receivedAt } = made;
  const visits = await visitsAround(tx, shopperId, storeId, observedAt);
  const plan = planVisit(visits, { observedAt, receivedAt, late: outboxId === undefined });
  for (const { visitId, endedAt } of plan.close) {
    await tx.run('UPDATE visits SET ended_at = $2 WHERE visit_id = $1', [visitId, timestamp(endedAt)]);
  }
  if (plan.adopt !== undefined) return plan.adopt;
  await tx.run(
    `INSERT INTO visits (visit_id, shopper_id, store_id, started_at, ended_at, via)
     VALUES ($1, $2, $3, $4, $5, 'checkin')`,
    [newVisitId, shopperId, storeId, timestamp(observedAt), plan.overAlready ? timestamp(observedAt) : null],
  );
  return newVisitId;
}

/** The open visit, and the latest that was under way at `at`. */
async function visitsAround(
  tx: Queryable,
  shopperId: ShopperId,
  storeId: StoreId,
  at: Instant,
): Promise<KnownVisit[]> {
  const rows = await tx.query<VisitRow>(
    `(SELECT visit_id, started_at, ended_at FROM visits
      WHERE shopper_id = $1 AND store_id = $2 AND ended_at IS NULL)
     UNION ALL
     (SELECT visit_id, started_at, ended_at FROM visits
      WHERE shopper_id = $1 AND store_id = $2 AND started_at <= $3 AND ended_at >= $3
      ORDER BY started_at DESC LIMIT 1)`,
    [shopperId, storeId, timestamp(at)],
  );
  return rows.map((row) => ({ visitId: row.visit_id, startedAt: row.started_at, endedAt: row.ended_at }));
}

async function insert(tx: Queryable, checkin: CheckIn, method: string): Promise<void> {
  const { checkinId, visitId, shopperId, storeId, zoneId, observedAt, receivedAt } = checkin;
  await tx.run(
    `INSERT INTO checkins (checkin_id, visit_id, shopper_id, store_id, zone_id, method, observed_at, received_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      checkinId,
      visitId,
      shopperId,
      storeId,
      zoneId ?? null,
      method,
      timestamp(observedAt),
      timestamp(receivedAt),
    ],
  );
}
