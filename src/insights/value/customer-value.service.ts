import { Injectable } from '@nestjs/common';
import type { Instant, ShopperId, ValueState } from '../../shared/index.js';
import { estimateValue, type ValueEstimate } from './estimate.rules.js';
import { LifetimeValues } from './lifetime-values.service.js';
import { ValueModels } from './value-models.js';
import { ValueRepository, type WorthRow } from './value.repository.js';

/** What is known and expected of one shopper's purchases. */
export interface CustomerValue {
  state: ValueState;
  estimate: ValueEstimate;
}

/** Reads one shopper's value at a moment. */
@Injectable()
export class CustomerValues {
  constructor(
    private readonly repository: ValueRepository,
    private readonly models: ValueModels,
    private readonly values: LifetimeValues,
  ) {}

  /** `undefined` without the consent to `profiling`, or without a purchase. The first look after consent folds. */
  async of(shopperId: ShopperId, now: Instant): Promise<CustomerValue | undefined> {
    const worth = await this.repository.worth(shopperId);
    if (worth.settled) return this.from(worth, now);
    await this.settle(shopperId, now);
    return this.from(await this.repository.worth(shopperId), now);
  }

  /** Makes what {@link WORTH} reads what it must be now, for a shopper of whom it says that it is not. */
  settle(shopperId: ShopperId, now: Instant): Promise<void> {
    return this.values.settle([shopperId], now);
  }

  /** As {@link of}, from what {@link WORTH} has read. */
  from({ row }: WorthRow, now: Instant): CustomerValue | undefined {
    return row === null ? undefined : { state: row, estimate: estimateValue(this.models.model, row, now) };
  }
}
