import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';

export const message = z.strictObject({ text: z.string().trim().min(1).max(2_000) });

export const messageAnswer = z.object({
  messageId: z.guid(),
  from: z.enum(['shopper', 'shop']),
  text: z.string(),
  at: z.iso.datetime(),
});
export type Message = z.infer<typeof messageAnswer>;
export const messagePage = vocabulary.pageOf(messageAnswer);
export const ofShopper = z.strictObject({ shopperId: vocabulary.shopperId });
