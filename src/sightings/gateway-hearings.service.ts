import { Injectable } from '@nestjs/common';
import { Metrics, type Rejection } from '../platform/index.js';
import {
  SECOND_MS,
  type BeaconId,
  type GatewayId,
  type Instant,
  type ShopperId,
  type StoreId,
} from '../shared/index.js';
import { Recognition } from '../shoppers/index.js';
import { GatewayPulse } from './gateway-pulse.store.js';
import type { Hearing } from './hearing.js';
import { LocationConsents } from './location-consents.js';
import type { BatchAnswer } from './sightings.dto.js';
import { recognise, type Recognised } from './sightings.rules.js';
import { SightingSink } from './sinks.js';
import { count, observeAges, type Source } from './tally.js';
import { timed, type Clocks, type TimedHearing } from './timing.rules.js';

/** What gateways of one store have reported, in our words. */
export interface GatewayReport {
  source: Source;
  storeId: StoreId;
  /** Who reported, heard anything or not. */
  gatewayIds: Iterable<GatewayId>;
  hearings: readonly Hearing[];
  rejected: readonly Rejection[];
  clocks: Clocks;
}

/** Takes what gateways heard on to presence: timely, of known shoppers who consent, each once. */
@Injectable()
export class GatewayHearings {
  constructor(
    private readonly recognition: Recognition,
    private readonly consents: LocationConsents,
    private readonly sink: SightingSink,
    private readonly pulse: GatewayPulse,
    private readonly metrics: Metrics,
  ) {}

  /** Resolves once live presence holds what concerns it. */
  async take(report: GatewayReport): Promise<BatchAnswer> {
    const { source, storeId, hearings, clocks } = report;
    const { timely, late, future } = timed(hearings, clocks);
    const { sightings, unknown, noConsent, duplicate } = await this.#recognised(storeId, timely, clocks);
    if (sightings.length > 0) await this.sink.take(sightings);
    // Who uploads only what was stored long ago, or nothing that can be used, does not hear who is here now.
    if (timely.length > 0 || hearings.length + report.rejected.length === 0) {
      this.pulse.beat(storeId, clocks.receivedAt);
    }
    const rejected = [...report.rejected, ...future].sort((a, b) => a.index - b.index);
    observeAges(this.metrics, source, [timely, late], clocks.receivedAt);
    this.#observeGateways(report);
    count(this.metrics, source, {
      accepted: sightings.length,
      unknown,
      no_consent: noConsent,
      duplicate,
      late: late.length,
      future: future.length,
      rejected: report.rejected.length,
    });
    return { accepted: timely.length + late.length, rejected };
  }

  /** Two questions a report, however long it is: whose beacons, and who consents. */
  async #recognised(
    storeId: StoreId,
    hearings: readonly TimedHearing[],
    clocks: Clocks,
  ): Promise<Recognised> {
    const names = new Set<BeaconId>();
    for (const { beaconIds } of hearings) for (const beaconId of beaconIds) names.add(beaconId);
    if (names.size === 0) return { sightings: [], unknown: 0, noConsent: 0, duplicate: 0 };
    const carriers = await this.recognition.shopperOf(names);
    const consenting = await this.consents.grantedBy(carriers.values());
    this.recognition.learn({ storeId, beaconIds: names, carriers, mayBeLocated: consenting });
    return recognise(hearings, ({ beaconIds }) => carrierOf(beaconIds, carriers), consenting, clocks);
  }

  #observeGateways({ gatewayIds, hearings, clocks }: GatewayReport): void {
    const { receivedAt } = clocks;
    const theirs = clocks.sentAt ?? newestOf(hearings);
    for (const gateway of gatewayIds) {
      this.metrics.gatewayLastSeen.set({ gateway }, receivedAt / SECOND_MS);
      if (theirs === undefined) continue;
      this.metrics.gatewayClockOffset.set({ gateway }, (theirs - receivedAt) / SECOND_MS);
    }
  }
}

/** Whose a beacon is by the first of its names that has a shopper. */
function carrierOf(
  beaconIds: readonly BeaconId[],
  carriers: ReadonlyMap<BeaconId, ShopperId>,
): ShopperId | undefined {
  for (const beaconId of beaconIds) {
    const shopperId = carriers.get(beaconId);
    if (shopperId !== undefined) return shopperId;
  }
  return undefined;
}

/** A sender that does not say when it sent did so at, or soon after, the newest time it tells. */
function newestOf(hearings: readonly Hearing[]): Instant | undefined {
  let newest: Instant | undefined;
  for (const { observedAt } of hearings) {
    if (observedAt !== undefined && (newest === undefined || observedAt > newest)) newest = observedAt;
  }
  return newest;
}
