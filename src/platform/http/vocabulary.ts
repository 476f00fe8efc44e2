import { z } from 'zod';
import type {
  BeaconId,
  DecisionId,
  DeliveryId,
  GatewayId,
  Instant,
  KeyId,
  OfferId,
  ProductId,
  PurchaseId,
  ShopperId,
  StaffId,
  StoreId,
  VisitId,
  ZoneId,
} from '../../shared/index.js';

/** The words that every door shares. A brand is only a type: at run time a string is checked and kept as given. */
const retailerId = <Id extends string>(what: string): z.ZodType<Id, string> =>
  z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,64}$/, `a ${what} has 1-64 characters of A-Z a-z 0-9 . _ : -`)
    .describe(what) as unknown as z.ZodType<Id, string>;

const ourId = <Id extends string>(): z.ZodType<Id, string> => z.guid() as unknown as z.ZodType<Id, string>;

export const storeId = retailerId<StoreId>('storeId');
export const zoneId = retailerId<ZoneId>('zoneId');
export const gatewayId = retailerId<GatewayId>('gatewayId');
export const shopperId = retailerId<ShopperId>('shopperId');
export const productId = retailerId<ProductId>('productId');
export const purchaseId = retailerId<PurchaseId>('purchaseId');
export const offerId = ourId<OfferId>();
export const decisionId = ourId<DecisionId>();
export const deliveryId = ourId<DeliveryId>();
export const visitId = ourId<VisitId>();
export const staffId = ourId<StaffId>();
export const keyId = ourId<KeyId>();

const BEACON =
  /^(ibeacon:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:\d{1,5}:\d{1,5}|eddystone:[0-9a-f]{20}:[0-9a-f]{12}|altbeacon:[0-9a-f]{40}|eid:[0-9a-f]{16}|mac:[0-9a-f]{12})$/;
export const beaconId = z
  .string()
  .regex(
    BEACON,
    'expected ibeacon:<uuid>:<major>:<minor>, eddystone:…, altbeacon:…, eid:… or mac:…, in lower case',
  )
  .describe('beaconId') as unknown as z.ZodType<BeaconId, string>;

/** RFC 3339 with an offset, to `Instant` (milliseconds). */
export const instant = z.iso
  .datetime({ offset: true, error: 'expected an RFC 3339 time with offset, such as 2026-11-22T09:30:00Z' })
  .transform((text): Instant => Date.parse(text));

export const currency = z.string().regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code such as EUR');
/** Minor units; never negative at a door. */
export const money = z.strictObject({ amount: z.int().min(0).max(1_000_000_000_000), currency });
export const timeZone = z
  .string()
  .max(64)
  .refine((zone) => isTimeZone(zone), { error: 'expected an IANA time zone such as Europe/Paris' });
export const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'expected HH:MM');
export const hourRange = z.strictObject({ from: clock, to: clock });
/** How long a cap looks back; `limits` says what each means. */
export const period = z
  .string()
  .regex(
    /^(visit|[1-9]\d{0,4}(min|h|d|w)|calendar-(day|week|month))$/,
    'expected visit, <n>min|h|d|w or calendar-day|week|month',
  );
export const isoWeekdays = z.array(z.int().min(1).max(7)).max(7);
/** Any text of at most `max` characters that can be kept. */
export const text = (max: number): z.ZodString => keepable(z.string().max(max));
export const name = keepable(z.string().trim().min(1).max(200));
export const locale = z
  .string()
  .regex(/^[a-zA-Z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'expected a BCP 47 tag such as fr or fr-BE')
  .max(35);

export const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** Text that Postgres can hold: no NUL, no half of a surrogate pair. */
function keepable(schema: z.ZodString): z.ZodString {
  return schema.refine((value) => !value.includes('\0') && value.isWellFormed(), {
    error: 'holds a character that cannot be kept',
  });
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
