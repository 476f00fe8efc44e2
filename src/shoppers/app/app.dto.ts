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

/** The farthest that a 32-bit clock can be from Unix time. */
const FARTHEST_SECONDS = 2 ** 32 - 1;
const rotatingIdentity = z.strictObject({
  ephemeralIdentityKey: z
    .string()
    .regex(/^[0-9a-fA-F]{32}$/, 'an ephemeralIdentityKey has 32 hex digits (16 bytes)')
    .transform((digits) => Buffer.from(digits, 'hex'))
    .describe('shared with the beacon alone; kept sealed and never shown again'),
  rotationExponent: z.int().min(0).max(15).describe('a new identifier each 2^n seconds'),
  clockOffsetSeconds: z
    .int()
    .min(-FARTHEST_SECONDS)
    .max(FARTHEST_SECONDS)
    .optional()
    .describe('what the beacon’s clock shows more than Unix time; absent: as known before, at first 0'),
});

export const device = z.strictObject({
  platform: z.enum(['ios', 'android', 'web']),
  pushToken: text(4_096).optional(),
  advertises: z.union([beaconId, rotatingIdentity]).optional(),
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
  /** Of a rotating identity all but its key. */
  advertises: z
    .union([
      z.string(),
      z.object({ rotationExponent: z.number(), clockOffsetSeconds: z.number().optional() }),
    ])
    .optional(),
  appVersion: z.string().optional(),
});

export const meAnswer = z.object({
  shopperId: z.string(),
  profile: z.record(z.string(), z.unknown()),
  loyalty: z.object({ tier: z.string(), points: z.number(), since: z.string().optional() }).nullable(),
  consents: z.record(z.string(), z.boolean()),
  preferences: preferencesAnswer,
});
