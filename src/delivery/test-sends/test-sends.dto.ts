import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';

export const testSendBody = z.strictObject({
  shopperId: vocabulary.shopperId.describe(
    'the account on the phone; its profile says attributes.testPhone: true',
  ),
  storeId: vocabulary.storeId,
  zoneId: vocabulary.zoneId.optional(),
});

export const testSendAnswer = z.object({
  deliveryId: vocabulary.deliveryId,
  socket: z
    .enum(['nobody', 'unconfirmed', 'acknowledged'])
    .describe('whether an app was connected, and whether it acknowledged'),
  pushes: z
    .array(
      z.object({
        deviceId: z.string(),
        outcome: z.enum(['accepted', 'gone', 'refused', 'later']),
        why: z.string().optional(),
      }),
    )
    .describe('one try a device that has a push token; empty where push is off'),
  offer: z.record(z.string(), z.unknown()).describe('as the phone got it'),
});
export type TestSend = z.output<typeof testSendAnswer>;
