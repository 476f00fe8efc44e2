import { Injectable } from '@nestjs/common';
import {
  badRequest,
  Clock,
  forbidden,
  Metrics,
  notFound,
  parse,
  type Problem,
} from '../../platform/index.js';
import { SECOND_MS, type Instant, type ShopperId, type VisitId } from '../../shared/index.js';
import { Stores } from '../../stores/index.js';
import { count, type IngestOutcome } from '../tally.js';
import { CheckInHandover } from './checkin-handover.js';
import { checkInRequest, type CheckInAnswer, type CheckInRequest } from './checkin.dto.js';
import { checkInTimingOf } from './checkin.rules.js';
import { CheckInRepository } from './checkins.repository.js';

const source = 'checkin';

/** A shopper's word for being in a store, by HTTP or socket. */
@Injectable()
export class CheckIns {
  constructor(
    private readonly stores: Stores,
    private readonly repository: CheckInRepository,
    private readonly handover: CheckInHandover,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Keeps a check-in; when this resolves it is committed, and on its way to presence.
   *
   * @param body as it came, unchecked
   * @throws Problem 400 (also for a zone that the store does not have, and times ahead of ours or a day old), 404
   *   for no such store, 403 `no-consent`
   */
  async record(shopperId: ShopperId, body: unknown, receivedAt: Instant): Promise<CheckInAnswer> {
    const request = parse(checkInRequest, body);
    this.#requirePlace(request);
    const { observedAt, late } = this.#timeOf(request, receivedAt);
    const { storeId, zoneId, method } = request;
    const outboxId = late ? undefined : this.clock.newId();
    const place = { storeId, ...(zoneId === undefined ? {} : { zoneId }) };
    const made = { checkinId: this.clock.newId(), shopperId, ...place, observedAt, receivedAt };
    const newVisitId = this.clock.newId<VisitId>();
    const checkin = await this.repository.keep({ made, method, newVisitId, outboxId });
    if (checkin === undefined) {
      throw this.#refused(
        'no_consent',
        forbidden('no-consent', 'The shopper has not consented to location.'),
      );
    }
    count(this.metrics, source, late ? { late: 1 } : { accepted: 1 });
    this.metrics.ingestAge.observe({ source }, (receivedAt - observedAt) / SECOND_MS);
    if (outboxId !== undefined) this.handover.begin(checkin, outboxId);
    return { visitId: checkin.visitId, ...place };
  }

  #requirePlace({ storeId, zoneId }: CheckInRequest): void {
    const layout = this.stores.layout(storeId);
    if (layout === undefined) throw this.#refused('unknown', notFound('store'));
    if (zoneId !== undefined && !layout.zones.has(zoneId)) {
      throw this.#refused('rejected', fault('zoneId', 'unknown-zone', 'the store has no such zone'));
    }
  }

  #timeOf({ observedAt }: CheckInRequest, receivedAt: Instant): { observedAt: Instant; late: boolean } {
    const timing = checkInTimingOf(observedAt, receivedAt);
    switch (timing.kind) {
      case 'future': {
        const detail = 'more than 5 seconds ahead of our clock';
        throw this.#refused('future', fault('observedAt', 'in-the-future', detail));
      }
      case 'too-old':
        throw this.#refused('rejected', fault('observedAt', 'too-old', 'more than 24 hours ago'));
      default:
        return { observedAt: timing.observedAt, late: timing.kind === 'late' };
    }
  }

  #refused(outcome: IngestOutcome, problem: Problem): Problem {
    count(this.metrics, source, { [outcome]: 1 });
    return problem;
  }
}

function fault(path: string, code: string, detail: string): Problem {
  return badRequest(code, `${path}: ${detail}`, [{ path, code, detail }]);
}
