import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';
import { givenId, text } from '../profiles/profile.dto.js';
import { INTERACTION_TYPES } from './interaction.rules.js';

const { instant, productId, shopperId } = vocabulary;

export const interaction = z.strictObject({
  interactionId: givenId('interactionId'),
  shopperId,
  type: z.enum(INTERACTION_TYPES),
  productId: productId.optional(),
  referredShopperId: shopperId.optional(),
  at: instant,
  channel: text(64),
});
