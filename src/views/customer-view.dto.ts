import { z } from 'zod';
import { replenishmentItem, RFM_SEGMENTS } from '../insights/index.js';
import { vocabulary } from '../platform/index.js';

const { money } = vocabulary;
const at = z.iso.datetime();
const id = z.string();
const count = z.int().min(0);
const WITHOUT = 'empty without the profiling consent';

const profile = z.object({
  shopperId: id,
  displayName: z.string().optional(),
  locale: z.string().optional(),
  timeZone: z.string().optional(),
  homeStoreId: id.optional(),
  householdId: id.optional(),
  birthday: z.string().optional().describe('MM-DD'),
  attributes: z.record(z.string(), z.unknown()),
  acquisition: z.record(z.string(), z.unknown()).optional(),
  assignedAssociate: z.string().optional(),
  carries: z.array(id),
  createdAt: at,
  updatedAt: at,
});

const consent = z.union([
  z.object({ granted: z.boolean(), policyVersion: z.string(), source: z.string(), at }),
  z.object({ granted: z.literal(false) }),
]);

/** A margin may be below nought. */
const margin = z.object({ amount: z.int(), currency: z.string() }).nullable();
const expectation = z.object({ purchases: z.number().describe('days with a purchase'), margin });
const score = z.int().min(1).max(5);

const value = z
  .object({
    recencyDays: count.nullable().describe('whole days since the last purchase'),
    frequency: count.nullable().describe('purchases'),
    monetary: money
      .nullable()
      .describe('spent, of all lines with a price; of several currencies the one most lines are in'),
    rfm: z
      .object({ r: score, f: score, m: score, segment: z.enum(RFM_SEGMENTS) })
      .nullable()
      .describe('fifths of all shoppers, 5 is best; null before the first nightly round'),
    probabilityActive: z.number().min(0).max(1).nullable(),
    lifetimeValue: margin.describe('margin expected in the next twelve months, minor units'),
    expected: z
      .object({ months6: expectation, months12: expectation, months18: expectation })
      .nullable()
      .describe('from now on, by the purchase model; see docs/lifetime-value.md'),
    interPurchaseDays: z.number().nullable().describe('mean days between days with a purchase'),
    visitsPer30Days: z
      .number()
      .nullable()
      .describe('days in a store (sensed, checked in or buying there) per 30 days since the first'),
  })
  .describe('null without the profiling consent');

const favourites = z
  .object({
    products: z.array(
      z.object({
        productId: id,
        name: z.string().nullable(),
        brand: z.string().nullable(),
        category: z.string().nullable(),
        purchases: count,
        units: z.number(),
        lastPurchasedAt: at,
      }),
    ),
    categories: z.array(z.object({ category: z.string(), purchases: count, lastPurchasedAt: at })),
  })
  .describe(`bought most often first; ${WITHOUT}`);

const UNKNOWN = 'the catalogue has no such product; resolved when it comes';

const stay = z.object({ zoneId: id, enteredAt: at, leftAt: at.nullable(), dwellSeconds: count });
const visit = z.object({
  visitId: id,
  storeId: id,
  via: z.enum(['sighting', 'checkin']),
  startedAt: at,
  endedAt: at.nullable().describe('null while the visit is running'),
  dwellSeconds: count,
  zones: z.array(stay),
});
const line = z.object({
  productId: id,
  name: z.string().nullable(),
  category: z.string().nullable(),
  known: z.boolean().describe('false while the catalogue does not have the product'),
  quantity: z.number(),
  unitPrice: money.nullable(),
  discount: money.nullable(),
  couponCode: z.string().nullable(),
  unknown: z.boolean().describe(UNKNOWN),
});
const purchase = z.object({
  purchaseId: id,
  storeId: id.nullable(),
  channel: z.enum(['store', 'online']),
  purchasedAt: at,
  lines: z.array(line),
  total: money.nullable().describe('of the lines with a price'),
});
const interaction = z.object({
  interactionId: id,
  type: z.string(),
  productId: id.nullable(),
  unknown: z.boolean().describe(UNKNOWN),
  referredShopperId: id.nullable(),
  at,
  channel: z.string(),
});
const receipt = z.object({
  type: z.enum(['received', 'displayed', 'opened', 'dismissed', 'saved', 'rated']),
  at,
  rating: z.int().nullable(),
  comment: z.string().nullable(),
});
const offer = z.object({
  deliveryId: id,
  decisionId: id,
  offerId: id,
  visitId: id,
  storeId: id,
  zoneId: id.nullable(),
  title: z.string().nullable(),
  body: z.string().nullable(),
  reward: z.unknown(),
  madeAt: at,
  expiresAt: at,
  status: z.enum(['open', 'redeemed', 'dismissed', 'withdrawn', 'expired']),
  receipts: z.array(receipt),
});
const feedback = z.object({ feedbackId: id, text: z.string(), about: z.string().nullable(), at });

const message = z.object({ messageId: id, from: z.enum(['shopper', 'shop']), text: z.string(), at });

const note = z.object({
  noteId: id,
  text: z.string(),
  storeId: id,
  by: z.string().nullable().describe('who wrote it, by name'),
  at,
});

const device = z.object({
  deviceId: id,
  platform: z.enum(['ios', 'android', 'web']),
  reachable: z.boolean().describe('has a token that push can be sent to'),
  appVersion: z.string().nullable(),
  seenAt: at,
});
const browsed = z.object({
  productId: id,
  name: z.string().nullable(),
  brand: z.string().nullable(),
  category: z.string().nullable(),
  times: count,
  types: z.array(z.string()),
  lastAt: at,
});
const preferences = z.object({
  quietHours: z.object({ from: z.string(), to: z.string() }).optional(),
  snoozeUntil: at.optional(),
  mutedCategories: z.array(z.string()),
});

/** The single customer view. What is written here is also its description in OpenAPI. */
export const customerView = z.object({
  profile,
  loyalty: z.record(z.string(), z.unknown()).nullable(),
  consents: z.object({ location: consent, profiling: consent, push: consent, clienteling: consent }),
  value,
  favourites,
  replenishment: z.array(replenishmentItem).describe(`by dueAt, lapsed habits last; ${WITHOUT}`),
  productReplenishment: z
    .array(replenishmentItem)
    .describe(`of products: the 50 next due; all of them at …/replenishment?level=product; ${WITHOUT}`),
  recent: z
    .object({
      visits: z.array(visit),
      purchases: z.array(purchase),
      interactions: z.array(interaction),
      offers: z.array(offer),
      feedback: z.array(feedback),
      messages: z.array(message),
      notes: z.array(note).describe('of associates'),
    })
    .describe('at most 20 of each, newest first'),
  devices: z.array(device).describe('last seen first'),
  preferences,
  interactions: z.object({
    counts: z.record(z.string(), count).describe('of all time, by type'),
    browsedNotBought: z
      .array(browsed)
      .describe(
        'looked at in the last 90 days and not bought from that day on, nor what can stand in for it; ' +
          `at most 20, the latest first; ${WITHOUT}`,
      ),
  }),
  offers: z
    .object({
      made: count,
      received: count.describe('reported as received, displayed or opened'),
      opened: count,
      dismissed: count,
      redeemed: count,
      averageRating: z.number().nullable(),
    })
    .describe('of all offers ever made to the shopper'),
  segments: z.array(z.string()).describe(`segmentIds; ${WITHOUT}`),
});
export type CustomerView = z.infer<typeof customerView>;
