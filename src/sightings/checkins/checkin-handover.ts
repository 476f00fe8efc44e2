import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, Lifecycle, Log, Outbox, type Handled } from '../../platform/index.js';
import { HOUR_MS, SECOND_MS, type DurableEvents } from '../../shared/index.js';
import { CheckInSink } from '../sinks.js';
import type { CheckIn } from './checkin.js';

const AGAIN_AFTER_MS = SECOND_MS;
/** So long an outage of Redis may last; what still fails then fails for a reason of its own. */
const OUTAGE_MS = HOUR_MS;

/** Brings committed check-ins to live presence: at once, and where that fails again each second from the outbox. */
@Injectable()
export class CheckInHandover implements OnModuleInit {
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    private readonly sink: CheckInSink,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.outbox.handle('checkin.recorded', (payload) => this.#again(payload));
    this.lifecycle.onStop('work', async () => {
      await Promise.all(this.#underWay);
    });
  }

  /** Begins to hand on and returns at once: nobody who checks in waits for Redis. */
  begin(checkin: CheckIn, outboxId: string): void {
    const handing = this.#handOn(checkin, outboxId).finally(() => this.#underWay.delete(handing));
    this.#underWay.add(handing);
  }

  async #handOn(checkin: CheckIn, outboxId: string): Promise<void> {
    try {
      await this.sink.take(checkin);
      await this.outbox.settle([outboxId]);
    } catch (error) {
      this.log.warn({ event: 'checkin.waits', checkinId: checkin.checkinId, error });
    }
  }

  /** The event does not say when it was received; when it was made is a second or so before. */
  async #again(payload: DurableEvents['checkin.recorded']): Promise<Handled> {
    const { checkinId, observedAt } = payload;
    try {
      await this.sink.take({ ...payload, receivedAt: observedAt });
      return 'done';
    } catch (error) {
      const now = this.clock.now();
      if (now - observedAt > OUTAGE_MS) throw error;
      this.log.warn({ event: 'checkin.waits', checkinId, error });
      return { again: now + AGAIN_AFTER_MS };
    }
  }
}
