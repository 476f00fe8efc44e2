import { z } from 'zod';
import { parse, vocabulary } from '../../platform/index.js';
import type { ShopperId, ShopperView } from '../../shared/index.js';

const count = z.number().min(0);
const history = z.strictObject({
  state: z.strictObject({
    purchases: count,
    firstPurchasedAt: vocabulary.instant,
    lastPurchasedAt: vocabulary.instant,
    visitsAtFirst: count,
    sumLogGap: z.number(),
    sumLogGapSquared: count,
  }),
  prior: z.strictObject({
    logGapMean: z.number(),
    logGapBetween: count,
    logGapWithin: count,
    visitShare: z.number().min(0).max(1),
    visitStrength: count,
  }),
});

/** What may be told of a walker; all of it may be left out. Times in RFC 3339. */
const givenView = z.strictObject({
  displayName: z.exactOptional(vocabulary.name),
  locale: z.exactOptional(vocabulary.locale),
  timeZone: z.exactOptional(vocabulary.timeZone),
  homeStoreId: z.exactOptional(vocabulary.storeId),
  birthday: z.exactOptional(z.string().regex(/^\d\d-\d\d$/, 'expected MM-DD')),
  attributes: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()]))
    .default({}),
  loyalty: z.exactOptional(
    z.strictObject({ tier: z.string(), points: z.number(), since: z.exactOptional(z.string()) }),
  ),
  consents: z
    .strictObject({ profiling: z.exactOptional(z.boolean()), push: z.exactOptional(z.boolean()) })
    .default({}),
  preferences: z
    .strictObject({
      quietHours: z.exactOptional(vocabulary.hourRange),
      snoozeUntil: z.exactOptional(vocabulary.instant),
      mutedCategories: z.array(z.string()).default([]),
    })
    .prefault({}),
  activity: z
    .strictObject({
      visits: count.default(0),
      firstVisitAt: z.exactOptional(vocabulary.instant),
      lastVisitAt: z.exactOptional(vocabulary.instant),
    })
    .prefault({}),
  replenishment: z.record(z.string(), history).default({}),
  mainBrands: z
    .record(z.string(), z.strictObject({ brand: z.string(), ownBrand: z.boolean(), units: count }))
    .default({}),
  segments: z.exactOptional(z.array(z.string())),
});
export type GivenView = z.output<typeof givenView>;

/** @throws Problem 400 naming the place, which begins with `where` */
export function readView(given: unknown, where: string): GivenView {
  return parse(givenView, given, where);
}

const NOTHING_GIVEN: GivenView = givenView.parse({});

/**
 * The view that decisions read. Everybody in a trace has consented to location, or they would not be in it; without
 * consent to profiling nothing of a history is known, as in the shop.
 */
export function viewOf(
  shopperId: ShopperId,
  given: GivenView = NOTHING_GIVEN,
  profilingUnlessTold = false,
): ShopperView {
  const { consents, activity, replenishment, mainBrands, segments = [], ...open } = given;
  const { profiling = profilingUnlessTold, push = true } = consents;
  return {
    shopperId,
    ...open,
    consents: { location: true, profiling, push, clienteling: false },
    activity: profiling ? activity : { visits: 0 },
    replenishment: new Map(profiling ? Object.entries(replenishment) : []),
    mainBrands: new Map(profiling ? Object.entries(mainBrands) : []),
    ...(profiling && { segments }),
  };
}
