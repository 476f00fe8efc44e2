import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, Log, Outbox, type Handled } from '../../platform/index.js';
import { SECOND_MS, type DurableEvents } from '../../shared/index.js';
import { Departures } from '../../shoppers/index.js';
import { ErasuresRepository, type ErasureRow } from './erasures.repository.js';
import { SealedPersons } from './person.js';
import { TableErasure } from './table-erasure.js';

/** What any process remembers of the shopper has ended by then, and what it had in hand is written. */
const AGAIN_AFTER_MS = 6 * SECOND_MS;
const AFTER_FAILURE_MS = 5 * SECOND_MS;

/** One pass through tables, Redis, streams, sockets and recordings. */
@Injectable()
export class ErasurePass {
  constructor(
    private readonly repository: ErasuresRepository,
    private readonly persons: SealedPersons,
    private readonly tables: TableErasure,
    private readonly departures: Departures,
  ) {}

  /** True when another pass before this one has left nothing to do, and nothing is under way that could. */
  async pass({ erasure_id: erasureId, person: sealed, passes, requested_at }: ErasureRow): Promise<boolean> {
    if (sealed === null) return true;
    const person = this.persons.open(sealed, erasureId);
    const waits = await this.repository.waitsForImports(requested_at);
    const touched = await this.tables.run(person.shopperIds);
    for (const [, leave] of this.departures.steps) await leave(person);
    await this.repository.passed(erasureId, touched);
    return passes > 0 && Object.keys(touched).length === 0 && !waits;
  }
}

/**
 * Takes a person out of everything, pass by pass, until one finds nothing any more: what was under way when the first
 * began may have written after it. A pass does no harm when it is done again, so a worker that is killed costs only
 * its lease of the outbox. It never gives up.
 */
@Injectable()
export class ErasureWorker implements OnModuleInit {
  constructor(
    private readonly repository: ErasuresRepository,
    private readonly work: ErasurePass,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.outbox.handle('shopper.erased', (payload) => this.handle(payload));
  }

  async handle({ erasureId }: DurableEvents['shopper.erased']): Promise<Handled> {
    try {
      const erasure = await this.repository.find(erasureId);
      if (erasure?.person == null) return 'done';
      const isClean = await this.work.pass(erasure);
      if (!isClean) return { again: this.clock.now() + AGAIN_AFTER_MS };
      await this.repository.finish(erasureId, this.clock.now());
      this.log.info({ event: 'erasure.done', erasureId });
      return 'done';
    } catch (error) {
      this.log.error({ event: 'erasure.failed', erasureId, error });
      return { again: this.clock.now() + AFTER_FAILURE_MS };
    }
  }
}
