import { Injectable } from '@nestjs/common';
import { headOf, OfferLists } from '../../offers/index.js';
import { Clock, notFound, unavailable, type Page } from '../../platform/index.js';
import { toRfc3339, type PrincipalOf } from '../../shared/index.js';
import { reachOf } from '../../stores/index.js';
import { ASSUMPTIONS, type SimulationAnswer, type SimulationBody } from './simulation.dto.js';
import { SimulationRunner } from './simulation-runner.js';
import {
  SimulationsRepository,
  type SimulationFilter,
  type SimulationLine,
  type SimulationRow,
} from './simulations.repository.js';

type Asker = PrincipalOf<'service' | 'staff'>;

/** More are hours of work for one process. */
const MOST_OPEN = 20;

/** Takes orders for simulations, and tells how far they are. */
@Injectable()
export class Simulations {
  constructor(
    private readonly repository: SimulationsRepository,
    private readonly runner: SimulationRunner,
    private readonly offers: OfferLists,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 for an unknown offer or one that is not theirs, 503 while too many wait */
  async request(body: SimulationBody, asker: Asker): Promise<string> {
    const { latest, live } = await this.offers.one(body.offerId, asker);
    if (body.revision !== undefined && body.revision > latest.revision)
      throw notFound('revision of the offer');
    if ((await this.repository.open()) >= MOST_OPEN) {
      throw unavailable(`${MOST_OPEN} simulations are waiting: ask again when some are done`, 30);
    }
    const { offerId, from, to, among } = body;
    const revision = body.revision ?? headOf(latest, live).revision;
    const simulationId = this.clock.newId();
    await this.repository.add(
      simulationId,
      { offerId, revision, from, to, among, storeIds: reachOf(asker) },
      asker,
    );
    this.runner.wake();
    return simulationId;
  }

  /** Those that they may read, newest first. */
  async list(filter: Omit<SimulationFilter, 'storeIds'>, asker: Asker): Promise<Page<SimulationAnswer>> {
    const { items, nextCursor } = await this.repository.list({ ...filter, storeIds: reachOf(asker) });
    return { items: items.map(answerOf), nextCursor };
  }

  /** @throws Problem 404 where there is none, or it looked into stores that are not theirs */
  async shown(simulationId: string, asker: Asker): Promise<SimulationAnswer> {
    const row = await this.repository.find(simulationId);
    if (row === undefined || !mayRead(row, asker)) throw notFound('simulation');
    return answerOf(row);
  }
}

function mayRead({ asked }: SimulationRow, asker: Asker): boolean {
  const reach = reachOf(asker);
  if (reach === undefined) return true;
  return asked.storeIds !== null && asked.storeIds.every((storeId) => reach.includes(storeId));
}

function answerOf(row: SimulationRow | SimulationLine): SimulationAnswer {
  const { asked, state, visits_total: total, visits_done: done, result } = row;
  return {
    simulationId: row.simulation_id,
    offerId: row.offer_id,
    revision: row.revision,
    from: toRfc3339(asked.from),
    to: toRfc3339(asked.to),
    among: asked.among,
    state,
    percent: state === 'done' ? 100 : total === null || total === 0 ? 0 : Math.floor((100 * done) / total),
    visitsTotal: total,
    visitsDone: done,
    ...(row.reason !== null && { reason: row.reason }),
    createdAt: toRfc3339(row.created_at),
    ...(row.started_at !== null && { startedAt: toRfc3339(row.started_at) }),
    ...(row.finished_at !== null && { finishedAt: toRfc3339(row.finished_at) }),
    ...(result !== null && { ...result, ...('perDay' in result && { assumptions: [...ASSUMPTIONS] }) }),
  };
}
