import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Answer, Handles, route, vocabulary, type Asked } from '../platform/index.js';
import {
  holdAnswer,
  holdBody,
  redeemAnswer,
  redeemBody,
  reverseAnswer,
  reverseBody,
  type HoldAnswer,
  type RedeemAnswer,
  type ReverseAnswer,
} from './coupons.dto.js';
import { Holds } from './holds.service.js';
import { Redemptions } from './redemptions.service.js';

const tag = 'till';
const redeem = route({
  method: 'POST',
  path: '/v1/coupons/{code}/redeem',
  tag,
  summary: 'Redeem a coupon on the basket about to be paid, once',
  allow: ['till'],
  requiresIdempotencyKey: true,
  params: z.strictObject({ code: z.string() }),
  body: redeemBody,
  answer: redeemAnswer,
});
const hold = route({
  method: 'POST',
  path: '/v1/coupons/{code}/hold',
  tag,
  summary: 'Keep a coupon for one checkout for some minutes; no other may redeem it meanwhile',
  allow: ['till'],
  params: z.strictObject({ code: z.string() }),
  body: holdBody,
  answer: holdAnswer,
});
const release = route({
  method: 'DELETE',
  path: '/v1/coupons/{code}/hold/{purchaseId}',
  tag,
  summary: 'Let go of a coupon that a checkout holds',
  allow: ['till'],
  params: z.strictObject({ code: z.string(), purchaseId: vocabulary.purchaseId }),
  status: 204,
});
const reverse = route({
  method: 'POST',
  path: '/v1/redemptions/{redemptionId}/reverse',
  tag,
  summary: 'Take a redemption back; the coupon can be redeemed again until it expires',
  allow: ['till'],
  requiresIdempotencyKey: true,
  params: z.strictObject({ redemptionId: z.string() }),
  body: reverseBody,
  answer: reverseAnswer,
});

@Controller()
export class CouponsController {
  constructor(
    private readonly redemptions: Redemptions,
    private readonly holds: Holds,
  ) {}

  @Handles(hold)
  hold({ principal, params, body }: Asked<typeof hold>): Promise<HoldAnswer> {
    return this.holds.hold(principal, params.code, body);
  }

  @Handles(release)
  async release({ principal, params }: Asked<typeof release>): Promise<Answer> {
    await this.holds.release(principal, params.code, params.purchaseId);
    return new Answer(undefined, { status: 204 });
  }

  @Handles(redeem)
  redeem({ principal, params, body, headers }: Asked<typeof redeem>): Promise<RedeemAnswer> {
    return this.redemptions.redeem(principal, {
      ...body,
      typedCode: params.code,
      // The route lets none through without a key.
      idempotencyKey: String(headers['idempotency-key']),
    });
  }

  @Handles(reverse)
  reverse({ principal, params, body }: Asked<typeof reverse>): Promise<ReverseAnswer> {
    return this.redemptions.reverse(principal, params.redemptionId, body.reason);
  }
}
