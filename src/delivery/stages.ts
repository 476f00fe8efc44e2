import { Injectable } from '@nestjs/common';
import type { GrantedOffer } from '../decisions/index.js';
import { Metrics } from '../platform/index.js';
import { SECOND_MS, type Instant } from '../shared/index.js';

type Since = Pick<GrantedOffer['pending'], 'receivedAt' | 'on'>;

/** The last stages of an offer's way, timed from the receipt of what led to it. */
@Injectable()
export class Stages {
  readonly #committed;
  readonly #emitted;
  readonly #acknowledged;
  readonly #checkins;

  constructor({ decisionStage, checkinToPhone }: Metrics) {
    this.#committed = decisionStage.labels('committed');
    this.#emitted = decisionStage.labels('emitted');
    this.#acknowledged = decisionStage.labels('acknowledged');
    this.#checkins = checkinToPhone;
  }

  committed({ receivedAt }: Since, at: Instant): void {
    this.#committed.observe((at - receivedAt) / SECOND_MS);
  }

  emitted({ receivedAt }: Since, at: Instant): void {
    this.#emitted.observe((at - receivedAt) / SECOND_MS);
  }

  acknowledged({ receivedAt, on }: Since, at: Instant): void {
    const seconds = (at - receivedAt) / SECOND_MS;
    this.#acknowledged.observe(seconds);
    if (on === 'checkedIn') this.#checkins.observe(seconds);
  }
}
