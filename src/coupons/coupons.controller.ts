import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, type Asked } from '../platform/index.js';
import {
  redeemAnswer,
  redeemBody,
  reverseAnswer,
  reverseBody,
  type RedeemAnswer,
  type ReverseAnswer,
} from './coupons.dto.js';
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
  constructor(private readonly redemptions: Redemptions) {}

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
