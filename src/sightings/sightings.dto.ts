import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { BULK_MAX, parse, sortBulk, vocabulary, type Sorted } from '../platform/index.js';
import type { BeaconId, GatewayId, Instant } from '../shared/index.js';
import { LOUDEST_DBM, rssiFault, WEAKEST_DBM } from './radio.rules.js';

/** RFC 3339, kept as text: the quick check below cannot turn it into a number. */
const time = vocabulary.instant.in;

const rssiDbm = z
  .number()
  .superRefine((level, context) => {
    const fault = rssiFault(level);
    if (fault?.code !== 'rssi-unknown') return;
    context.addIssue({ code: 'custom', message: fault.detail, params: { code: fault.code } });
  })
  .min(WEAKEST_DBM)
  .max(LOUDEST_DBM);

const reported = z.strictObject({
  sightingId: z
    .exactOptional(z.string().regex(/^[ -~]{1,128}$/, 'a sightingId has 1-128 printable ASCII characters'))
    .describe('repeated, it is the same sighting; made from the content where absent'),
  gatewayId: z.exactOptional(vocabulary.gatewayId).describe('for gateways; a phone has none'),
  beaconId: vocabulary.beaconId,
  rssiDbm,
  measuredPowerDbm: z
    .exactOptional(z.number().min(-127).max(127))
    .describe('at one metre; 0 or more: not known'),
  observedAt: z.exactOptional(time).describe('by the sender’s clock; absent: at receipt'),
});
const sentAt = z
  .exactOptional(time)
  .describe(
    'the sender’s clock when this very request left it; its times are corrected by the difference to ours',
  );

/** The whole body, as documented and as checked at one go. */
export const batch = z.strictObject({ sentAt, sightings: z.array(reported).max(BULK_MAX) });
/** The same with its items unchecked, which are then judged one by one. */
const envelope = z.strictObject({ sentAt, sightings: z.array(z.unknown()) });

export const batchAnswer = z.object({
  accepted: z.int(),
  rejected: z.array(z.object({ index: z.int(), code: z.string(), detail: z.string() })),
});
export type BatchAnswer = z.output<typeof batchAnswer>;

/** One item of the body, with its times as instants. */
export interface Reported {
  /** Its place in the body. */
  index: number;
  sightingId?: string;
  gatewayId?: GatewayId;
  beaconId: BeaconId;
  rssiDbm: number;
  measuredPowerDbm?: number;
  observedAt?: Instant;
}
export interface Batch extends Pick<Sorted<never>, 'rejected'> {
  sentAt?: Instant;
  good: Reported[];
}

type WireBatch = z.output<typeof batch>;

// Ajv accepts a good batch ten times as fast as zod and says less about a bad one; both follow one schema.
const acceptsWhole = new Ajv2020({ formats: { 'date-time': true } }).compile<WireBatch>(
  z.toJSONSchema(batch, { io: 'input' }),
);

/**
 * Reads a body of sightings; bad items are named and the good ones kept.
 *
 * @throws Problem 400 when the body around the items is not good, `too-many-items` for more than 1,000 of them
 */
export function readBatch(body: unknown): Batch {
  if (acceptsWhole(body)) {
    const good = body.sightings.map(reportedAt);
    return { ...sentAtOf(body.sentAt), good, rejected: [] };
  }
  const { sentAt: sent, sightings } = parse(envelope, body);
  const { good, rejected } = sortBulk(reported, sightings);
  return {
    ...sentAtOf(sent),
    good: good.map(({ index, value }) => reportedAt(value, index)),
    rejected,
  };
}

/** Made field by field: copies with a rest cost more than all the checks, and thousands come in a second. */
function reportedAt(item: WireBatch['sightings'][number], index: number): Reported {
  const { sightingId, gatewayId, beaconId, rssiDbm, measuredPowerDbm, observedAt } = item;
  const read: Reported = { index, beaconId, rssiDbm };
  if (gatewayId !== undefined) read.gatewayId = gatewayId;
  if (measuredPowerDbm !== undefined) read.measuredPowerDbm = measuredPowerDbm;
  if (observedAt !== undefined) read.observedAt = Date.parse(observedAt);
  if (sightingId !== undefined) read.sightingId = sightingId;
  return read;
}

function sentAtOf(text: string | undefined): { sentAt?: Instant } {
  return text === undefined ? {} : { sentAt: Date.parse(text) };
}

/**
 * A body that is documented as `schema` and checked behind the door: the app's sockets bring the same bodies, and
 * both are to be judged by one piece of code.
 */
export function checkedInside(schema: z.ZodType): z.ZodUnknown {
  return z.unknown().meta(z.toJSONSchema(schema, { io: 'input' }));
}
