import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  ContactPolicies,
  Counters,
  householdLock,
  householdsOf,
  type ContactPolicy,
  type Taken,
} from '../limits/index.js';
import {
  Clock,
  Database,
  readLocked,
  timestamp,
  type Queryable,
  type Transaction,
} from '../platform/index.js';
import type { PresenceChange } from '../presence/index.js';
import type { Instant, ShopperId, StoreId, VisitId } from '../shared/index.js';
import { CapHistory } from './cap-history.js';
import type { Granted, Pending } from './decision.js';
import { capEventOf, countHouseholds, drawsFor, drawsOfAll, grant } from './grant.rules.js';
import { lastExitsOf } from './last-exits.js';
import { LedgerWriter, type Ruled } from './ledger.writer.js';
import { visitEffects, type StayRow, type VisitRow } from './visit-effects.rules.js';
import { withoutWithdrawn } from './withdrawn.rules.js';

/** A visit that has been open longer is a forgotten one: another begins. */
export const OPEN_VISIT_MS = 4 * 3_600_000;

/** Whose household counts, and which it is. */
type Households = ReadonlyMap<ShopperId, string>;

/**
 * The one place where offers are granted. Many shoppers' decisions go into one READ COMMITTED transaction of
 * separate statements: each sees what was committed before it got its locks, which a single statement with CTEs
 * would not, and would overrun its limits. Everything else that locks keeps this order: shopper, counters, coupon.
 */
@Injectable()
export class GroupCommit {
  /** Which share of a split counter is taken from: begun anywhere, so that processes differ. */
  #turn = randomInt(1_000);

  constructor(
    private readonly database: Database,
    private readonly policies: ContactPolicies,
    private readonly ledger: LedgerWriter,
    private readonly clock: Clock,
  ) {}

  /**
   * Commits what the changes say of visits, and at most one pending decision a shopper. Deadlocks and
   * serialisation failures are retried with the same ids; what was committed before is dropped, so that the same
   * changes may come again.
   *
   * @returns what was decided and is now in the ledger
   */
  commit(changes: readonly PresenceChange[], pendings: readonly Pending[]): Promise<Ruled[]> {
    return this.database.transaction(async (tx) => {
      const shoppers = [...changes, ...pendings].map(({ shopperId }) => shopperId);
      const policy = this.policies.current;
      const households = await householdsThatCount(tx, pendings, policy);
      const locked = [...shoppers, ...[...households.values()].map(householdLock)];
      const truth = await readLocked(tx, locked, () => truthOf(tx, shoppers, pendings));
      const mayBeSensed = ({ shopperId }: { shopperId: ShopperId }): boolean =>
        truth.consenting.has(shopperId);
      const { visits, stays } = visitEffects(changes.filter(mayBeSensed));
      const adopted = this.#adopt(tx, visits, stays, pendings.filter(mayBeSensed), truth.open);
      // Before the ruling, which asks when a zone was left.
      writeVisits(
        tx,
        adopted.visits.filter((visit) => saysMore(visit, truth.open)),
      );
      writeStays(tx, adopted.stays);
      const ruled = await this.#rule(
        tx,
        adopted.pendings
          .filter(({ changeId }) => !truth.committed.has(changeId))
          .map((pending) => withoutWithdrawn(pending, truth.profiled)),
        policy,
        households,
      );
      this.ledger.write(tx, ruled);
      return ruled;
    });
  }

  /**
   * A presence lost with Redis begins a visit that goes on already: the open visit in this store takes its
   * place. One forgotten open is closed at its start, for nothing is known of it.
   */
  #adopt(
    tx: Transaction,
    visits: VisitRow[],
    stays: StayRow[],
    pendings: readonly Pending[],
    open: readonly OpenVisit[],
  ): { visits: VisitRow[]; stays: StayRow[]; pendings: Pending[] } {
    const forgotten = open.filter(({ startedAt }) => this.clock.now() - startedAt > OPEN_VISIT_MS);
    if (forgotten.length > 0) {
      tx.send(
        'UPDATE visits SET ended_at = started_at WHERE visit_id = ANY($1::uuid[]) AND ended_at IS NULL',
        [forgotten.map(({ visitId }) => visitId)],
      );
    }
    // One that ends in this very batch takes nobody in any more: what begins after it is another visit.
    const ending = new Set(visits.filter(({ endedAt }) => endedAt !== null).map(({ visitId }) => visitId));
    const present = new Map(
      open
        .filter((visit) => !forgotten.includes(visit) && !ending.has(visit.visitId))
        .map((visit) => [placeOf(visit), visit.visitId]),
    );
    const instead = <Row extends { visitId: VisitId }>(row: Row, place: string | undefined): Row => {
      const visitId = place === undefined ? undefined : present.get(place);
      return visitId === undefined ? row : { ...row, visitId };
    };
    const placeOfVisit = new Map(visits.map((visit) => [visit.visitId, placeOf(visit)]));
    return {
      visits: merged(visits.map((visit) => instead(visit, placeOf(visit)))),
      stays: stays.map((stay) => instead(stay, placeOfVisit.get(stay.visitId))),
      pendings: pendings.map((pending) => instead(pending, placeOf(pending))),
    };
  }

  async #rule(
    tx: Transaction,
    pendings: readonly Pending[],
    policy: ContactPolicy,
    households: Households,
  ): Promise<Ruled[]> {
    if (pendings.length === 0) return [];
    const open = pendings.filter(({ considered }) => considered.some(({ reasons }) => reasons.length === 0));
    const [history, exits, counters] = await Promise.all([
      CapHistory.read(tx, open, policy, households),
      lastExitsOf(tx, open, policy),
      Counters.lock(tx, drawsOfAll(pendings), (this.#turn += 1)),
    ]);
    const ruled = pendings.map((pending) => {
      const now = this.clock.now();
      const granted: Granted = grant(pending, {
        policy,
        ...history.of(pending.shopperId),
        used: counters.used,
        leftAt: exits.get(pending.changeId),
        now,
      });
      const { outcome, winner } = granted;
      if (outcome === 'offer' && winner) history.add(pending.shopperId, capEventOf(winner, pending));
      return { pending, granted, ruledAt: now };
    });
    counters.take(tx, ruled.flatMap(takenBy));
    return ruled;
  }
}

/** What an offer that is made holds of its counters. */
function takenBy({ pending, granted: { outcome, winner } }: Ruled): Taken[] {
  if (outcome !== 'offer' || winner === undefined) return [];
  return [{ decisionId: pending.decisionId, draws: drawsFor(winner, pending) }];
}

/** None unless a cap in question asks for them: then nothing more is locked, and nothing more is read. */
async function householdsThatCount(
  tx: Queryable,
  pendings: readonly Pending[],
  policy: ContactPolicy,
): Promise<Households> {
  if (!countHouseholds(pendings, policy)) return new Map();
  return householdsOf(
    tx,
    pendings.map(({ shopperId }) => shopperId),
    'FOR SHARE',
  );
}

interface OpenVisit {
  visitId: VisitId;
  shopperId: ShopperId;
  storeId: StoreId;
  startedAt: Instant;
}

interface Truth {
  /** Who has consented to be sensed. */
  consenting: ReadonlySet<ShopperId>;
  /** Who has consented that what they buy is used. */
  profiled: ReadonlySet<ShopperId>;
  /** Changes that an earlier try has decided. */
  committed: ReadonlySet<string>;
  open: readonly OpenVisit[];
}

/** What is so under the locks, in one round trip: nobody else may change it before the commit. */
async function truthOf(
  tx: Queryable,
  shoppers: readonly ShopperId[],
  pendings: readonly Pending[],
): Promise<Truth> {
  const [row] = await tx.query<{
    consenting: ShopperId[] | null;
    profiled: ShopperId[] | null;
    committed: string[] | null;
    open: OpenVisit[] | null;
  }>(
    `SELECT
       (SELECT array_agg(shopper_id) FROM consents
        WHERE shopper_id = ANY($1) AND purpose = 'location' AND granted) AS consenting,
       (SELECT array_agg(shopper_id) FROM consents
        WHERE shopper_id = ANY($1) AND purpose = 'profiling' AND granted) AS profiled,
       (SELECT array_agg(change_id::text) FROM decisions WHERE change_id = ANY($2::uuid[])) AS committed,
       (SELECT jsonb_agg(jsonb_build_object('visitId', visit_id, 'shopperId', shopper_id, 'storeId', store_id,
                 'startedAt', (extract(epoch FROM started_at) * 1000)::bigint))
        FROM visits WHERE shopper_id = ANY($1) AND ended_at IS NULL) AS open`,
    [shoppers, pendings.map(({ changeId }) => changeId)],
  );
  return {
    consenting: new Set(row?.consenting ?? []),
    profiled: new Set(row?.profiled ?? []),
    committed: new Set(row?.committed ?? []),
    open: row?.open ?? [],
  };
}

/** False for what the open visit in the table says already: most zone entries. */
function saysMore(visit: VisitRow, open: readonly OpenVisit[]): boolean {
  const known = open.find(({ visitId }) => visitId === visit.visitId);
  return known === undefined || visit.endedAt !== null || visit.startedAt < known.startedAt;
}

function writeVisits(tx: Transaction, visits: readonly VisitRow[]): void {
  if (visits.length === 0) return;
  tx.send(
    `INSERT INTO visits (visit_id, shopper_id, store_id, started_at, ended_at, via)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[])
     ON CONFLICT (visit_id) DO UPDATE
       SET started_at = LEAST(visits.started_at, EXCLUDED.started_at),
           ended_at = GREATEST(visits.ended_at, EXCLUDED.ended_at)`,
    [
      visits.map(({ visitId }) => visitId),
      visits.map(({ shopperId }) => shopperId),
      visits.map(({ storeId }) => storeId),
      visits.map(({ startedAt }) => timestamp(startedAt)),
      visits.map(({ endedAt }) => (endedAt === null ? null : timestamp(endedAt))),
      visits.map(({ via }) => via),
    ],
  );
}

function writeStays(tx: Transaction, stays: readonly StayRow[]): void {
  if (stays.length === 0) return;
  tx.send(
    `INSERT INTO stays (visit_id, zone_id, entered_at, left_at)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[])
     ON CONFLICT (visit_id, zone_id, entered_at) DO UPDATE SET left_at = GREATEST(stays.left_at, EXCLUDED.left_at)`,
    [
      stays.map(({ visitId }) => visitId),
      stays.map(({ zoneId }) => zoneId),
      stays.map(({ enteredAt }) => timestamp(enteredAt)),
      stays.map(({ leftAt }) => (leftAt === null ? null : timestamp(leftAt))),
    ],
  );
}

/** One row a visit, after adoption has let two become one. */
function merged(visits: readonly VisitRow[]): VisitRow[] {
  const rows = new Map<VisitId, VisitRow>();
  for (const visit of visits) {
    const other = rows.get(visit.visitId);
    rows.set(
      visit.visitId,
      other === undefined
        ? visit
        : {
            ...visit,
            startedAt: Math.min(visit.startedAt, other.startedAt),
            endedAt: visit.endedAt ?? other.endedAt,
          },
    );
  }
  // Those that end come first: at no moment may a shopper have two open visits in a store.
  return [...rows.values()].sort((a, b) => Number(a.endedAt === null) - Number(b.endedAt === null));
}

function placeOf({ shopperId, storeId }: { shopperId: ShopperId; storeId: StoreId }): string {
  return `${shopperId}\n${storeId}`;
}
