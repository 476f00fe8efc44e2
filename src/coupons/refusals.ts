import { Problem } from '../platform/index.js';
import type { Refusal } from './redemption.rules.js';

const STATUS: Readonly<Record<Refusal, number>> = {
  'already-redeemed': 409,
  'coupon-held': 409,
  expired: 410,
  'basket-does-not-qualify': 422,
  'idempotency-key-reused': 422,
};

/** A refusal as the till hears it. */
export function refused({ why, detail }: { why: Refusal; detail: string }): Problem {
  return new Problem(STATUS[why], why, detail);
}
