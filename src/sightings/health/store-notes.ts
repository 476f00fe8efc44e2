import type { Rejection } from '../../platform/index.js';
import { MINUTE_MS, type BeaconId, type GatewayId, type Instant } from '../../shared/index.js';
import type { BeaconTelemetry } from '../decoders/decoder.js';
import { carriedAs, type Findings } from '../recognisers.service.js';
import type { Sighting } from '../sighting.js';
import type { TimedHearing } from '../timing.rules.js';
import { idHash, RecentIds } from '../trust/recent-ids.js';
import { NO_GATEWAY, type HealthUpdate, type KeptHearing, type KeptPayload } from './health-kept.js';

/** Rows of one store that are looked into each second: more than can be shown would only cost time. All of them are counted. */
const MOST_ROWS = 300;
/** Once there were so many, a gateway's payload is looked into when the one before is so old. */
const STALE_MS = 250;
/** Beacons heard that are kept of one store. */
export const MOST_HEARD = 200;
export const HEARD_FOR_MS = MINUTE_MS;
const ROWS_SHOWN = 5;
const REFUSALS_SHOWN = 3;
const MOST_DETAIL = 200;
/** Names of beacons that must not be shown, each for a minute or two. */
const MOST_HIDDEN = 1_000;

/** A report of gateways of one store, after it was taken. */
export interface TakenReport {
  at: Instant;
  format: string;
  bytes?: number;
  gatewayIds: readonly GatewayId[];
  late: readonly TimedHearing[];
  /** With those that lay in the future. */
  rejected: readonly Rejection[];
  telemetry: readonly BeaconTelemetry[];
  findings: Findings;
}

/** A payload that was refused as a whole. */
export interface RefusedPayload {
  at: Instant;
  format: string;
  bytes?: number;
  gatewayId?: GatewayId;
  code: string;
  detail: string;
  shape?: string;
}

/**
 * What one process notes of one store for its health page. What can be shown is taken from a report at once, and the report let
 * go: held for a second, those of a busy store would be most of what the garbage collector has to copy. Nothing is noted of
 * beacons whose shopper has not consented to be located, and nothing of any other name that was heard of such a beacon.
 */
export class StoreNotes {
  #rowsLookedInto = 0;
  #byPhones: Sighting[] = [];
  #update = emptyUpdate();
  readonly #heard = new Map<string, KeptHearing>();
  readonly #hidden = new RecentIds(HEARD_FOR_MS, MOST_HIDDEN);

  /** @param isFixed whether the store has its place for this beacon */
  taken(report: TakenReport, isFixed: (beaconId: BeaconId) => boolean): void {
    const { at, gatewayIds, rejected, late, findings } = report;
    const [only] = gatewayIds.length === 1 ? gatewayIds : [];
    for (const gatewayId of gatewayIds) this.#update.seen.set(gatewayId, at);
    for (const { code, detail } of rejected) this.#count(only, code, at, detail);
    const { mobile, fixed, misplaced } = findings;
    this.#countEach(only, late, 'late', at, 'older than 60 seconds: the clock is behind, or it was stored');
    this.#countEach(only, misplaced, 'misplaced', at, 'a fixed beacon of another store');
    for (const hearings of [late, mobile, fixed, misplaced]) this.#countEach(only, hearings, '+accepted', at);
    this.#noteRadios(report, isFixed);
    if (this.#isWorthALook(report)) this.#lookInto(report);
  }

  refused({ at, gatewayId, code, detail, shape, format, bytes }: RefusedPayload): void {
    this.#count(gatewayId, code, at, detail);
    this.#update.payloads.set(gatewayId ?? NO_GATEWAY, {
      at,
      format,
      ...(bytes !== undefined && { bytes }),
      heard: 0,
      late: 0,
      refused: 0,
      rows: [],
      refusals: [],
      fault: { code, detail, ...(shape !== undefined && { shape }) },
    });
  }

  /** Nothing is told any more of what was heard of these, by whatever name. */
  forget(beaconIds: readonly BeaconId[]): void {
    const names = new Set(beaconIds);
    const isOfThem = ([beaconId, , , , , carriedName]: KeptHearing): boolean =>
      names.has(beaconId) || names.has(carriedName ?? beaconId);
    for (const [key, row] of this.#heard) if (isOfThem(row)) this.#heard.delete(key);
    for (const payload of this.#update.payloads.values())
      payload.rows = payload.rows.filter((row) => !isOfThem(row));
  }

  /** Phones of shoppers who consent have heard beacons of this store. */
  heardByPhone(sightings: readonly Sighting[]): void {
    if (this.#byPhones.length < MOST_HEARD) this.#byPhones.push(...sightings);
  }

  /** All that was noted since the last time; undefined where that is nothing. */
  drain(now: Instant): HealthUpdate | undefined {
    const update = this.#update;
    const byPhones = this.#byPhones;
    this.#rowsLookedInto = 0;
    this.#byPhones = [];
    this.#update = emptyUpdate();
    for (const { anchor, observedAt, rssiDbm } of byPhones) {
      if (anchor.kind === 'beacon') noteBeacon(update, anchor.beaconId, { at: observedAt, rssiDbm });
    }
    const { seen, counts, beacons } = update;
    if (seen.size + counts.size + beacons.size === 0) return undefined;
    for (const [key, [, , , at]] of this.#heard) if (now - at > HEARD_FOR_MS) this.#heard.delete(key);
    update.heard = [...this.#heard.values()];
    return update;
  }

  #noteRadios({ at, findings, telemetry }: TakenReport, isFixed: (beaconId: BeaconId) => boolean): void {
    for (const { beaconIds, at: heardAt, rssiDbm, anchor } of findings.fixed) {
      const by = anchor.kind === 'gateway' ? { by: anchor.gatewayId } : {};
      for (const beaconId of beaconIds)
        if (isFixed(beaconId)) noteBeacon(this.#update, beaconId, { at: heardAt, rssiDbm, ...by });
    }
    for (const { beaconIds, batteryMillivolts, batteryPercent } of telemetry) {
      for (const beaconId of beaconIds) {
        if (!isFixed(beaconId)) continue;
        this.#update.batteries.set(beaconId, {
          at,
          ...(batteryMillivolts !== undefined && { millivolts: batteryMillivolts }),
          ...(batteryPercent !== undefined && { percent: batteryPercent }),
        });
      }
    }
  }

  #isWorthALook({ at, gatewayIds }: TakenReport): boolean {
    if (this.#rowsLookedInto < MOST_ROWS) return true;
    const { payloads } = this.#update;
    return gatewayIds.some((gatewayId) => at - (payloads.get(gatewayId)?.at ?? -Infinity) >= STALE_MS);
  }

  #lookInto(report: TakenReport): void {
    const { findings, gatewayIds, at } = report;
    const { mobile, fixed, misplaced } = findings;
    const mostRows = Math.max(ROWS_SHOWN, MOST_ROWS - this.#rowsLookedInto);
    const rows = [
      ...[...fixed, ...misplaced].slice(0, mostRows).map((hearing) => kept(hearing, 'store')),
      ...mobile.slice(0, mostRows).map((hearing) => this.#shown(hearing, findings, at)),
    ].filter((row) => row !== undefined);
    this.#rowsLookedInto += Math.min(mostRows, fixed.length + misplaced.length + mobile.length);
    for (const row of rows) this.#hear(row);
    for (const gatewayId of gatewayIds)
      this.#update.payloads.set(gatewayId, payloadOf(report, gatewayId, rows));
  }

  /** The hearing as it may be shown; undefined where its shopper has not consented. */
  #shown(hearing: TimedHearing, { carriers, consenting }: Findings, now: Instant): KeptHearing | undefined {
    const carried = carriedAs(hearing.beaconIds, carriers);
    if (carried === undefined) {
      return hearing.beaconIds.some((name) => this.#hidden.has(idHash(name)))
        ? undefined
        : kept(hearing, 'other');
    }
    if (consenting.has(carried.shopperId)) return kept(hearing, 'other', carried.beaconId);
    this.#hidden.add(hearing.beaconIds.map(idHash), now);
    for (const name of hearing.beaconIds) this.#forget(name);
    return undefined;
  }

  #hear(row: KeptHearing): void {
    const [beaconId, gatewayId] = row;
    const key = `${gatewayId}|${beaconId}`;
    this.#heard.delete(key);
    this.#heard.set(key, row);
    if (this.#heard.size <= MOST_HEARD) return;
    for (const oldest of this.#heard.keys()) {
      this.#heard.delete(oldest);
      return;
    }
  }

  #forget(name: BeaconId): void {
    for (const key of this.#heard.keys()) if (key.endsWith(`|${name}`)) this.#heard.delete(key);
  }

  /** @param only the gateway that heard them all, where it is one alone: then the rows need not be looked through */
  #countEach(
    only: GatewayId | undefined,
    hearings: readonly TimedHearing[],
    what: string,
    at: Instant,
    detail?: string,
  ): void {
    if (hearings.length === 0) return;
    if (only !== undefined) this.#count(only, what, at, detail, hearings.length);
    else {
      for (const { anchor } of hearings) {
        if (anchor.kind === 'gateway') this.#count(anchor.gatewayId, what, at, detail);
      }
    }
  }

  #count(gatewayId: GatewayId | undefined, what: string, at: Instant, detail?: string, times = 1): void {
    const key = `${gatewayId ?? NO_GATEWAY}|${what}`;
    const { counts, reasons } = this.#update;
    counts.set(key, (counts.get(key) ?? 0) + times);
    if (detail !== undefined) reasons.set(key, { at, detail: detail.slice(0, MOST_DETAIL) });
  }
}

function kept(
  hearing: TimedHearing,
  kind: 'store' | 'other',
  carriedName?: BeaconId,
): KeptHearing | undefined {
  const { beaconIds, anchor, rssiDbm, at } = hearing;
  const [beaconId] = beaconIds;
  if (beaconId === undefined || anchor.kind !== 'gateway') return undefined;
  return carriedName === undefined
    ? [beaconId, anchor.gatewayId, rssiDbm, at, kind]
    : [beaconId, anchor.gatewayId, rssiDbm, at, kind, carriedName];
}

function noteBeacon(
  { beacons }: HealthUpdate,
  beaconId: BeaconId,
  heard: { at: Instant; rssiDbm: number; by?: GatewayId },
): void {
  if (heard.at >= (beacons.get(beaconId)?.at ?? heard.at)) beacons.set(beaconId, heard);
}

function payloadOf(report: TakenReport, gatewayId: GatewayId, rows: readonly KeptHearing[]): KeptPayload {
  const { at, format, bytes, late, rejected, findings } = report;
  const { mobile, fixed, misplaced } = findings;
  return {
    at,
    format,
    ...(bytes !== undefined && { bytes }),
    heard: mobile.length + fixed.length + misplaced.length,
    late: late.length,
    refused: rejected.length,
    rows: rows.filter(([, by]) => by === gatewayId).slice(0, ROWS_SHOWN),
    refusals: rejected
      .slice(0, REFUSALS_SHOWN)
      .map(({ index, code, detail }) => [index, code, detail.slice(0, MOST_DETAIL)]),
  };
}

function emptyUpdate(): HealthUpdate {
  return {
    seen: new Map(),
    counts: new Map(),
    reasons: new Map(),
    payloads: new Map(),
    beacons: new Map(),
    batteries: new Map(),
    heard: [],
  };
}
