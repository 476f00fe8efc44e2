import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';

export const METHODS = ['qr', 'nfc', 'geofence', 'manual'] as const;

export const checkInRequest = z.strictObject({
  storeId: vocabulary.storeId,
  zoneId: z.exactOptional(vocabulary.zoneId),
  method: z.enum(METHODS),
  observedAt: z.exactOptional(vocabulary.instant).describe('by the phone’s clock; absent: at receipt'),
});
export type CheckInRequest = z.output<typeof checkInRequest>;

export const checkInAnswer = z.object({
  visitId: vocabulary.visitId,
  storeId: vocabulary.storeId,
  zoneId: z.exactOptional(vocabulary.zoneId),
});
export type CheckInAnswer = z.output<typeof checkInAnswer>;
