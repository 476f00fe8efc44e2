import { z } from 'zod';
import { faultsOf, vocabulary } from '../../platform/index.js';
import {
  DAY_MS,
  toRfc3339,
  type BeaconId,
  type GatewayId,
  type Instant,
  type ShopperId,
  type StoreId,
} from '../../shared/index.js';
import { storeDocument, type StoreDocument } from '../../stores/index.js';
import type { CheckIn } from '../checkins/checkin.js';
import { LOUDEST_DBM, WEAKEST_DBM } from '../radio.rules.js';
import type { Sighting } from '../sighting.js';
import { LATE_AFTER_MS } from '../timing.rules.js';

/** The store that was recorded, and when: the first line of a trace. */
export interface TraceHeader {
  storeId: StoreId;
  store: StoreDocument;
  /** Where the trace's clock begins. */
  recordedAt: Instant;
}

/** A check-in of a trace; which visit it belongs to is found out by whoever replays it. */
export type TracedCheckIn = Omit<CheckIn, 'visitId'>;

/** What a line after the first says. */
export type TraceItem =
  | { kind: 'sighting'; sighting: Sighting }
  | { kind: 'checkin'; checkin: TracedCheckIn }
  | { kind: 'view'; walker: ShopperId; view: unknown };

/** A trace that cannot be read, with the line where that is so. */
export class TraceError extends Error {
  constructor(
    readonly line: number,
    detail: string,
  ) {
    super(`line ${line}: ${detail}`);
    this.name = 'TraceError';
  }
}

/** No recording is longer, and nothing is heard longer before its start than sightings are timely. */
const time = z.int().min(-LATE_AFTER_MS).max(DAY_MS);
const delay = z.exactOptional(z.int().min(0).max(DAY_MS));
const walker = vocabulary.shopperId;

const header = z.strictObject({
  trace: z.literal(1, 'expected 1: the first line of a trace begins with {"trace": 1'),
  storeId: vocabulary.storeId.default('store' as never),
  store: storeDocument,
  recordedAt: vocabulary.instant,
});
const sightingSchema = z.strictObject({
  t: time,
  w: walker,
  g: z.exactOptional(vocabulary.gatewayId),
  b: z.exactOptional(vocabulary.beaconId),
  rssi: z.number().min(WEAKEST_DBM).max(LOUDEST_DBM),
  p: z.exactOptional(z.number().min(WEAKEST_DBM).max(LOUDEST_DBM)),
  d: delay,
});
const checkInSchema = z.strictObject({
  t: time,
  w: walker,
  checkin: z.strictObject({ zoneId: z.exactOptional(vocabulary.zoneId) }),
  d: delay,
});
const viewSchema = z.strictObject({ w: walker, view: z.record(z.string(), z.unknown()) });

/** The first line of a trace, with its line break. */
export function headerLine({ storeId, store, recordedAt }: TraceHeader): string {
  return `${JSON.stringify({ trace: 1, storeId, store, recordedAt: toRfc3339(recordedAt) })}\n`;
}

/** A sighting as a line, with its line break. Nothing of it but the pseudonym says who was heard. */
export function sightingLine(sighting: Sighting, pseudonym: string, recordedAt: Instant): string {
  const { anchor, rssiDbm, measuredPowerDbm, observedAt, receivedAt } = sighting;
  const line = {
    t: Math.round(observedAt - recordedAt),
    w: pseudonym,
    ...(anchor.kind === 'gateway' ? { g: anchor.gatewayId } : { b: anchor.beaconId }),
    rssi: rssiDbm,
    ...(measuredPowerDbm !== undefined && { p: measuredPowerDbm }),
    ...delayOf(observedAt, receivedAt),
  };
  return `${JSON.stringify(line)}\n`;
}

/** A check-in as a line, with its line break. */
export function checkInLine(checkin: CheckIn, pseudonym: string, recordedAt: Instant): string {
  const { zoneId, observedAt, receivedAt } = checkin;
  const line = {
    t: Math.round(observedAt - recordedAt),
    w: pseudonym,
    checkin: zoneId === undefined ? {} : { zoneId },
    ...delayOf(observedAt, receivedAt),
  };
  return `${JSON.stringify(line)}\n`;
}

function delayOf(observedAt: Instant, receivedAt: Instant): { d?: number } {
  const d = Math.round(receivedAt - observedAt);
  return d > 0 ? { d } : {};
}

/** Reads a trace line by line, and refuses with the line's number what it cannot use. */
export class TraceReader {
  #header: TraceHeader | undefined;
  #line = 0;
  readonly #anchors = new Map<string, Sighting['anchor']>();
  readonly #zones = new Set<string>();
  /** One string for each walker, however many lines name them. */
  readonly #walkers = new Map<string, ShopperId>();

  /** @throws TraceError when no line was read yet */
  get header(): TraceHeader {
    if (this.#header === undefined) throw new TraceError(1, 'the file is empty');
    return this.#header;
  }

  /** The number of the line read last. */
  get line(): number {
    return this.#line;
  }

  /**
   * @returns undefined for the first line and for empty ones
   * @throws TraceError for what is no line of a trace, and for a gateway, beacon or zone that the store does not have
   */
  read(text: string): TraceItem | undefined {
    this.#line += 1;
    if (this.#header !== undefined && text.trim() === '') return undefined;
    const value = this.#json(text);
    if (this.#header === undefined) {
      this.#begin(this.#checked(header, value));
      return undefined;
    }
    const { recordedAt, storeId } = this.#header;
    if ('view' in value) {
      const { w, view } = this.#checked(viewSchema, value);
      return { kind: 'view', walker: this.#walker(w), view };
    }
    if ('checkin' in value) return this.#checkIn(this.#checked(checkInSchema, value), this.#header);
    const { t, w, rssi, p, d = 0, ...where } = this.#checked(sightingSchema, value);
    const anchor = this.#anchor(where);
    const observedAt = recordedAt + t;
    const sighting: Sighting = {
      shopperId: this.#walker(w),
      storeId,
      anchor,
      rssiDbm: rssi,
      observedAt,
      receivedAt: observedAt + d,
      // Orders what was heard in the same millisecond; two of one anchor may stand either way.
      sightingId: anchor.kind === 'gateway' ? anchor.gatewayId : anchor.beaconId,
    };
    if (p !== undefined) sighting.measuredPowerDbm = p;
    return { kind: 'sighting', sighting };
  }

  #checkIn(line: z.output<typeof checkInSchema>, { recordedAt, storeId }: TraceHeader): TraceItem {
    const { t, w, d = 0 } = line;
    const { zoneId } = line.checkin;
    if (zoneId !== undefined && !this.#zones.has(zoneId)) this.#refuse(`checkin.zoneId: no zone ${zoneId}`);
    const shopperId = this.#walker(w);
    const observedAt = recordedAt + t;
    const checkin = { shopperId, storeId, observedAt, receivedAt: observedAt + d };
    const checkinId = `${w}|${t}|${zoneId ?? ''}`;
    return { kind: 'checkin', checkin: { ...checkin, checkinId, ...(zoneId !== undefined && { zoneId }) } };
  }

  #begin({ storeId, store, recordedAt }: TraceHeader): void {
    this.#header = { storeId, store, recordedAt };
    for (const { gatewayId } of store.gateways) {
      this.#anchors.set(`g ${gatewayId}`, { kind: 'gateway', gatewayId });
    }
    for (const { beaconId } of store.beacons) {
      this.#anchors.set(`b ${beaconId}`, { kind: 'beacon', beaconId });
    }
    for (const { zoneId } of store.zones) this.#zones.add(zoneId);
  }

  #anchor({ g, b }: { g?: GatewayId; b?: BeaconId }): Sighting['anchor'] {
    if ((g === undefined) === (b === undefined)) this.#refuse('expected either g (gateway) or b (beacon)');
    const anchor = this.#anchors.get(g === undefined ? `b ${b ?? ''}` : `g ${g}`);
    return anchor ?? this.#refuse(g === undefined ? `b: no beacon ${b ?? ''}` : `g: no gateway ${g}`);
  }

  #walker(name: ShopperId): ShopperId {
    const known = this.#walkers.get(name);
    if (known === undefined) this.#walkers.set(name, name);
    return known ?? name;
  }

  #json(text: string): object {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      this.#refuse(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.#refuse('expected an object');
    return value;
  }

  #checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
    const read = schema.safeParse(value);
    if (read.success) return read.data;
    const faults = faultsOf(read.error, value, '').map(({ path, detail }) => `${path}: ${detail}`);
    return this.#refuse(faults.join('; '));
  }

  #refuse(detail: string): never {
    throw new TraceError(this.#line, detail);
  }
}
