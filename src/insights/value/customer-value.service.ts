import { Injectable } from '@nestjs/common';
import type { Instant, ShopperId, ValueState } from '../../shared/index.js';
import { estimateValue, type ValueEstimate } from './estimate.rules.js';
import { LifetimeValues } from './lifetime-values.service.js';
import { ValueModels } from './value-models.js';
import { ValueRepository } from './value.repository.js';

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
    let [row] = await this.repository.find([shopperId]);
    if (row === undefined) {
      await this.values.settle([shopperId], now);
      [row] = await this.repository.find([shopperId]);
    }
    return row && { state: row, estimate: estimateValue(this.models.model, row, now) };
  }
}
