import { Injectable } from '@nestjs/common';
import { Clock, Log, Problem, Rounds } from '../../platform/index.js';
import { SimulationsRepository, type SimulationRow } from './simulations.repository.js';
import { Simulator } from './simulator.service.js';

const LOOK_MS = 1_000;
const GIVE_UP_AFTER = 3;
const KEPT_DAYS = 90;

/** The process stops, or somebody else has taken the simulation over: what was worked out so far is thrown away. */
class LetGo extends Error {}

/** A worker's rounds through the simulations that were asked for, one at a time. */
@Injectable()
export class SimulationRunner {
  readonly #rounds: Rounds;
  #isWorking = false;

  constructor(
    private readonly repository: SimulationsRepository,
    private readonly simulator: Simulator,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#rounds = new Rounds(
      LOOK_MS,
      () => this.#round(),
      (error) => log.warn({ event: 'simulations.unreachable', error }),
    );
  }

  start(): void {
    this.#isWorking = true;
    this.#rounds.start();
  }

  /** Lets go of the simulation in hand at its next step; another worker begins it anew. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  tidy(): Promise<void> {
    return this.repository.forget(KEPT_DAYS);
  }

  /** Looks at once, where this process works. */
  wake(): void {
    if (this.#isWorking) void this.#rounds.now();
  }

  async #round(): Promise<void> {
    while (!this.#rounds.isStopped) {
      const runner = this.clock.newId();
      const row = await this.repository.claim(runner);
      if (row === undefined) return;
      await this.#run(row, runner);
    }
  }

  async #run(row: SimulationRow, runner: string): Promise<void> {
    const { simulation_id: simulationId, offer_id: offerId, revision, asked, attempts } = row;
    const storeIds = asked.storeIds ?? undefined;
    try {
      const result = await this.simulator.run({ ...asked, offerId, revision, storeIds }, async (progress) => {
        const isOurs = await this.repository.progress(simulationId, runner, progress);
        if (!isOurs || this.#rounds.isStopped) throw new LetGo();
      });
      await this.repository.finish(simulationId, runner, result);
      this.log.info({ event: 'simulation.done', simulationId, offerId, visits: result.visits });
    } catch (error) {
      if (error instanceof Problem) return this.repository.fail(simulationId, runner, error.detail);
      if (!(error instanceof LetGo)) this.log.error({ event: 'simulation.failed', simulationId, error });
      if (error instanceof LetGo || attempts < GIVE_UP_AFTER) {
        return this.repository.release(simulationId, runner);
      }
      await this.repository.fail(
        simulationId,
        runner,
        'it could not be worked out: see the log of the server',
      );
    }
  }
}
