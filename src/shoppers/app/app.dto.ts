import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';
import { text } from '../profiles/profile.dto.js';

const { beaconId, hourRange, instant } = vocabulary;

const preferencesFields = {
  quietHours: hourRange.optional(),
  mutedCategories: z.array(text(200)).max(200).optional(),
};
export const preferences = z.strictObject({ ...preferencesFields, snoozeUntil: instant.optional() });
export const preferencesAnswer = z.object({ ...preferencesFields, snoozeUntil: z.iso.datetime().optional() });

export const device = z.strictObject({
  platform: z.enum(['ios', 'android', 'web']),
  pushToken: text(4_096).optional(),
  advertises: beaconId.optional(),
  appVersion: text(64).optional(),
});
export const ofDevice = z.strictObject({
  deviceId: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,128}$/, 'a deviceId has 1-128 characters of A-Z a-z 0-9 . _ : -'),
});
export const deviceAnswer = z.object({
  deviceId: z.string(),
  platform: z.string(),
  /** Whether a push can reach it; the token itself is never shown. */
  reachable: z.boolean(),
  advertises: z.string().optional(),
  appVersion: z.string().optional(),
});

export const meAnswer = z.object({
  shopperId: z.string(),
  profile: z.record(z.string(), z.unknown()),
  loyalty: z.object({ tier: z.string(), points: z.number(), since: z.string().optional() }).nullable(),
  consents: z.record(z.string(), z.boolean()),
  preferences: preferencesAnswer,
});
