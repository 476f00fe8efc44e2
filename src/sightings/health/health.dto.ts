import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';

const time = z.iso.datetime();
const count = z.int().min(0);
const rejection = z.object({ code: z.string(), count, lastAt: time, detail: z.string() });

const payload = z.object({
  at: time,
  format: z.string(),
  bytes: count.optional(),
  excerpt: z.string().describe('what was read of it; no tag whose shopper has not consented to be located'),
});

const gateway = z.object({
  gatewayId: vocabulary.gatewayId,
  hardwareId: z.string().optional(),
  lastSeenAt: time.optional().describe('the last payload that was taken, with or without refused rows'),
  silentSeconds: z.number().optional(),
  silent: z.boolean().describe('not heard for two minutes while the store is open'),
  clockOffsetSeconds: z
    .number()
    .optional()
    .describe('its clock against ours, positive when ahead; absent until several payloads agree'),
  clockOffsetAgeSeconds: z.number().optional().describe('since a payload last bore it out'),
  lastPayload: payload.optional(),
  accepted: count,
  rejections: z.array(rejection),
  heardPerMinute: z.number().describe('over 5 to 10 minutes; in the first minute what was heard so far'),
});

const beacon = z.object({
  beaconId: vocabulary.beaconId,
  lastSeenAt: time.optional(),
  silent: z.boolean().optional().describe('heard before, but not for an hour while the store is open'),
  heardBy: vocabulary.gatewayId.optional().describe('absent: a phone'),
  rssiDbm: z.number().optional(),
  batteryMillivolts: z.number().optional(),
  batteryPercent: z.number().optional(),
  batteryAt: time.optional(),
});

const zone = z.object({
  zoneId: vocabulary.zoneId,
  flapsPerHour: z.number().describe('stays of less than five seconds'),
  mutedUntil: time.optional().describe('until then entering the zone triggers nothing'),
});

const heard = z.object({
  beaconId: vocabulary.beaconId,
  gatewayId: vocabulary.gatewayId,
  rssiDbm: z.number(),
  at: time,
  known: z
    .enum(['carried', 'store', 'unknown'])
    .describe('carried by a shopper who consents; a fixed beacon of this or another store; anything else'),
});

export const healthPage = z.object({
  storeId: vocabulary.storeId,
  at: time,
  open: z.boolean(),
  countedSince: time
    .optional()
    .describe('since when `accepted` and `rejections` are counted, 5 to 10 minutes'),
  gateways: z.array(gateway),
  rejections: z.array(rejection).describe('of payloads and rows that name no gateway of this store'),
  lastRejectedPayload: payload.optional().describe('the last one that named no gateway of this store'),
  beacons: z.array(beacon),
  zones: z.array(zone),
  heard: z.array(heard).describe('in the last 60 seconds, newest first, at most 200'),
});
export type HealthPage = z.output<typeof healthPage>;
