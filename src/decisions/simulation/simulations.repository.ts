import { Injectable } from '@nestjs/common';
import { Database, decodeCursor, pageFrom, type Page } from '../../platform/index.js';
import {
  principalName,
  type Instant,
  type OfferId,
  type Principal,
  type StoreId,
} from '../../shared/index.js';
import type { Progress, SimulationAsked } from './simulator.service.js';
import type { SimulatedOffer } from './tally.rules.js';

interface Asked {
  from: Instant;
  to: Instant;
  among: 'live' | 'alone';
  storeIds: readonly StoreId[] | null;
}

/** A simulation as kept. */
export interface SimulationRow {
  simulation_id: string;
  offer_id: OfferId;
  revision: number;
  asked: Asked;
  state: 'queued' | 'running' | 'done' | 'failed';
  attempts: number;
  created_at: Instant;
  started_at: Instant | null;
  finished_at: Instant | null;
  visits_total: number | null;
  visits_done: number;
  result: SimulatedOffer | null;
  reason: string | null;
}

/** One of many: without its days. */
export type SimulationLine = Omit<SimulationRow, 'result'> & {
  result: Omit<SimulatedOffer, 'perDay'> | null;
};

export interface SimulationFilter {
  offerId?: OfferId | undefined;
  state?: SimulationRow['state'] | undefined;
  /** Undefined: all, also those of every store. */
  storeIds: readonly StoreId[] | undefined;
  limit: number;
  cursor?: string | undefined;
}

const BARE = `simulation_id, offer_id, revision, asked, state, attempts, created_at, started_at, finished_at,
  visits_total, visits_done, reason`;
const COLUMNS = `${BARE}, result`;
/** Whoever works on one says so after each step, which takes a second or two at most. */
const LEASE = "interval '30 seconds'";
const OPEN = "state IN ('queued', 'running')";

/** Simulations, and who works on which. */
@Injectable()
export class SimulationsRepository {
  constructor(private readonly database: Database) {}

  async add(simulationId: string, asked: SimulationAsked, actor: Principal): Promise<void> {
    const { offerId, revision, storeIds, ...rest } = asked;
    await this.database.run(
      `INSERT INTO simulations (simulation_id, offer_id, revision, asked, requested_by) VALUES ($1, $2, $3, $4, $5)`,
      [
        simulationId,
        offerId,
        revision,
        JSON.stringify({ ...rest, storeIds: storeIds ?? null } satisfies Asked),
        principalName(actor),
      ],
    );
  }

  async open(): Promise<number> {
    const [row] = await this.database.query<{ open: number }>(
      `SELECT count(*) AS open FROM simulations WHERE ${OPEN}`,
    );
    return row?.open ?? 0;
  }

  async find(simulationId: string): Promise<SimulationRow | undefined> {
    const [row] = await this.database.query<SimulationRow>(
      `SELECT ${COLUMNS} FROM simulations WHERE simulation_id = $1`,
      [simulationId],
    );
    return row;
  }

  /** Newest first, without their days: ids rise with time. Only those that looked into no other stores. */
  async list({ offerId, state, storeIds, limit, cursor }: SimulationFilter): Promise<Page<SimulationLine>> {
    const after = decodeCursor(cursor, 1);
    const rows = await this.database.query<SimulationLine>(
      `SELECT ${BARE}, result - 'perDay' AS result FROM simulations
       WHERE ($1::uuid IS NULL OR offer_id = $1) AND ($2::text IS NULL OR state = $2)
         AND ($3::text[] IS NULL OR asked -> 'storeIds' <@ to_jsonb($3::text[]))
         AND ($4::uuid IS NULL OR simulation_id < $4)
       ORDER BY simulation_id DESC LIMIT $5`,
      [offerId ?? null, state ?? null, storeIds ?? null, after?.[0] ?? null, limit + 1],
    );
    return pageFrom(
      rows,
      limit,
      ({ simulation_id: id }) => [id],
      (row) => row,
    );
  }

  /** The oldest that nobody works on, for `runner` from now on. */
  async claim(runner: string): Promise<SimulationRow | undefined> {
    const [row] = await this.database.query<SimulationRow>(
      `UPDATE simulations SET state = 'running', runner = $1, leased_until = now() + ${LEASE}, visits_done = 0,
         attempts = attempts + 1, started_at = now()
       WHERE simulation_id = (
         SELECT simulation_id FROM simulations
         WHERE ${OPEN} AND (leased_until IS NULL OR leased_until < now())
         ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING ${COLUMNS}`,
      [runner],
    );
    return row;
  }

  /** @returns false when another runner has taken it over */
  async progress(
    simulationId: string,
    runner: string,
    { visitsTotal, visitsDone }: Progress,
  ): Promise<boolean> {
    const touched = await this.database.run(
      `UPDATE simulations SET visits_total = $3, visits_done = $4, leased_until = now() + ${LEASE}
       WHERE simulation_id = $1 AND runner = $2 AND state = 'running'`,
      [simulationId, runner, visitsTotal, visitsDone],
    );
    return touched > 0;
  }

  async finish(simulationId: string, runner: string, result: SimulatedOffer): Promise<void> {
    await this.database.run(
      `UPDATE simulations SET state = 'done', result = $3, finished_at = now(), leased_until = NULL
       WHERE simulation_id = $1 AND runner = $2 AND state = 'running'`,
      [simulationId, runner, JSON.stringify(result)],
    );
  }

  async fail(simulationId: string, runner: string, reason: string): Promise<void> {
    await this.database.run(
      `UPDATE simulations SET state = 'failed', reason = $3, finished_at = now(), leased_until = NULL
       WHERE simulation_id = $1 AND runner = $2 AND state = 'running'`,
      [simulationId, runner, reason],
    );
  }

  /** Lets go of one that is not finished; whoever comes next begins it anew. */
  async release(simulationId: string, runner: string): Promise<void> {
    await this.database.run(
      `UPDATE simulations SET state = 'queued', runner = NULL, leased_until = NULL
       WHERE simulation_id = $1 AND runner = $2 AND state = 'running'`,
      [simulationId, runner],
    );
  }

  async forget(days: number): Promise<void> {
    await this.database.run('DELETE FROM simulations WHERE finished_at < now() - make_interval(days => $1)', [
      days,
    ]);
  }
}
