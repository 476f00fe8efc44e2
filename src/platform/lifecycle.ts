import { Injectable } from '@nestjs/common';
import { Log } from './log.js';

/**
 * The order in which a process stops: nothing new comes in, what is in hand is finished, then the readers of
 * the streams, then the sockets. Redis and Postgres go last, when nobody needs them any more.
 */
const STAGES = ['intake', 'work', 'streams', 'sockets', 'services'] as const;
export type Stage = (typeof STAGES)[number];

type Step = () => Promise<void> | void;

/** Starting and stopping in an order that is written down, not left to the framework's hooks. */
@Injectable()
export class Lifecycle {
  readonly #starts: Step[] = [];
  readonly #stops = new Map<Stage, Step[]>(STAGES.map((stage) => [stage, []]));
  #stopping: Promise<void> | undefined;

  constructor(private readonly log: Log) {}

  /** To be run once everything is wired and the server listens. */
  onStart(step: Step): void {
    this.#starts.push(step);
  }

  onStop(stage: Stage, step: Step): void {
    this.#stops.get(stage)?.push(step);
  }

  async start(): Promise<void> {
    for (const step of this.#starts) await step();
  }

  /** Stops once, however often it is asked; a step that fails does not keep the others from stopping. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const stage of STAGES) {
      const results = await Promise.allSettled((this.#stops.get(stage) ?? []).map(async (step) => step()));
      for (const result of results) {
        if (result.status === 'rejected') {
          this.log.error({ event: 'stop.failed', stage, error: result.reason as unknown });
        }
      }
    }
  }
}
