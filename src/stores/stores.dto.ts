import { z } from 'zod';
import { vocabulary } from '../platform/index.js';
import { contradictionsIn } from './document.rules.js';

const MAX = { zones: 500, gateways: 1_000, beacons: 5_000, survey: 20_000 };
const MAX_CORNERS = 1_000;
const MAX_CATEGORIES = 500;
const MAX_IMAGE_URL = 500_000;

const text = vocabulary.name;
/** No shop is 100 km wide; what is larger is a slip of units. */
const metres = z.number().min(-100_000).max(100_000);
const extentMetres = z.number().positive().max(100_000);
const dbm = z.number().min(-127).max(20);
const position = z.strictObject({ x: metres, y: metres, z: z.exactOptional(metres) });

const zone = z.strictObject({
  zoneId: vocabulary.zoneId,
  name: text,
  kind: z.enum(['entrance', 'aisle', 'department', 'service', 'checkout']),
  categories: z.exactOptional(z.array(text).max(MAX_CATEGORIES)),
  polygon: z
    .exactOptional(
      z
        .array(z.tuple([metres, metres]))
        .min(3)
        .max(MAX_CORNERS),
    )
    .describe('corners in metres on the floor plan'),
});

const gateway = z.strictObject({
  gatewayId: vocabulary.gatewayId,
  hardwareId: z.exactOptional(
    z
      .string()
      .regex(/^[A-Za-z0-9._:-]{1,64}$/, 'a hardwareId has 1-64 characters of A-Z a-z 0-9 . _ : -')
      .describe("the device's own address; compared without colons, dashes and case"),
  ),
  zoneId: z.exactOptional(vocabulary.zoneId),
  position: z.exactOptional(position),
});

const beacon = z.strictObject({
  beaconId: vocabulary.beaconId,
  zoneId: z.exactOptional(vocabulary.zoneId),
  position: z.exactOptional(position),
  measuredPowerDbm: z.exactOptional(dbm).describe('RSSI at one metre'),
});

const surveyPoint = z.strictObject({
  x: metres,
  y: metres,
  gatewayId: vocabulary.gatewayId,
  meanRssiDbm: dbm,
  samples: z.int().min(1).max(1_000_000_000),
});

const floorPlan = z.strictObject({
  widthMetres: extentMetres,
  heightMetres: extentMetres,
  imageUrl: z.exactOptional(
    z
      .string()
      .max(MAX_IMAGE_URL)
      .regex(
        /^(https?:\/\/|\/|data:image\/)/i,
        'expected an http(s) or data:image address, or a path from /',
      ),
  ),
});

const seconds = (most: number): z.ZodNumber => z.number().min(1).max(most);
/** An addition to the interface: where a store differs from what is usual. */
const presence = z
  .strictObject({
    weakestRssiDbm: z.exactOptional(z.number().min(-127).max(-30)).describe('fainter is not heard; -95'),
    zoneAbsenceSeconds: z.exactOptional(seconds(3_600)).describe('unheard so long: out of the zone'),
    visitAbsenceSeconds: z.exactOptional(seconds(14_400)).describe('unheard so long: out of the store; 300'),
    moveEvidenceDb: z
      .exactOptional(z.number().min(5).max(200))
      .describe('steadier where zones go by loudness; 36'),
    moveShare: z
      .exactOptional(z.number().min(0.5).max(0.99))
      .describe('steadier where shoppers are located; 0.7'),
    walkingSpeedMetresPerSecond: z.exactOptional(z.number().min(0.1).max(5)).describe('0.55'),
    tagDeviationDb: z.exactOptional(z.number().min(0.1).max(20)).describe('how much tags differ; 1'),
    otherStoreRssiDbm: z
      .exactOptional(z.number().min(-127).max(-30))
      .describe('heard so well elsewhere: gone; -75'),
    minimumTravelSeconds: z
      .exactOptional(seconds(86_400))
      .describe('…so long after the last hearing here; 60'),
  })
  .describe('how presence is tuned in this store; what is absent is as usual');

/** The whole layout of a store as the retailer gives it; kept and answered as it came. */
export const storeDocument = z
  .strictObject({
    name: text,
    timeZone: vocabulary.timeZone,
    currency: vocabulary.currency,
    openingHours: z
      .exactOptional(z.array(vocabulary.hourRange.extend({ daysOfWeek: vocabulary.isoWeekdays })).max(100))
      .describe('absent or empty: always open'),
    floorPlan: z.exactOptional(floorPlan),
    presence: z.exactOptional(presence),
    zones: z.array(zone).max(MAX.zones),
    gateways: z.array(gateway).max(MAX.gateways),
    beacons: z.array(beacon).max(MAX.beacons),
    survey: z.exactOptional(z.array(surveyPoint).max(MAX.survey)),
  })
  .superRefine((document, context) => {
    for (const { path, code, detail } of contradictionsIn(document)) {
      context.addIssue({ code: 'custom', path: [...path], message: detail, params: { code } });
    }
  });

export type StoreDocument = z.output<typeof storeDocument>;

export const storeSummary = z.strictObject({
  storeId: vocabulary.storeId,
  name: z.string(),
  timeZone: z.string(),
  currency: z.string(),
});
export type StoreSummary = z.output<typeof storeSummary>;

/** A beacon as an app needs it; it says where it stands, so that the app may show the way. */
export const storeBeacon = z.object({
  beaconId: vocabulary.beaconId,
  zoneId: vocabulary.zoneId.optional(),
  measuredPowerDbm: z.number().optional(),
});
export type StoreBeacon = z.output<typeof storeBeacon>;
