import { Injectable } from '@nestjs/common';
import { Metrics } from '../platform/index.js';
import type { GatewayId, Instant, PrincipalOf, ShopperId } from '../shared/index.js';
import { Stores } from '../stores/index.js';
import { GatewayHearings } from './gateway-hearings.service.js';
import { LocationConsents } from './location-consents.js';
import { readBatch, type BatchAnswer } from './sightings.dto.js';
import { atBeacons, atGateways, recognise } from './sightings.rules.js';
import { SightingSink } from './sinks.js';
import { count, observeAges } from './tally.js';
import { timed, type Clocks } from './timing.rules.js';

/** Sightings in our own format, from gateways and phones. */
@Injectable()
export class SightingIntake {
  constructor(
    private readonly stores: Stores,
    private readonly gateways: GatewayHearings,
    private readonly consents: LocationConsents,
    private readonly sink: SightingSink,
    private readonly metrics: Metrics,
  ) {}

  /**
   * What a gateway key reports: beacons that shoppers carry were heard in its store.
   *
   * @param body as it came, unchecked
   * @throws Problem 400 when the body around the sightings is not good
   */
  async takeGateway(
    { storeId }: PrincipalOf<'gateway'>,
    body: unknown,
    receivedAt: Instant,
  ): Promise<BatchAnswer> {
    const batch = readBatch(body);
    const layout = this.stores.layout(storeId);
    const { hearings, refused } = atGateways(batch.good, storeId, layout?.gateways ?? new Map());
    const gatewayIds = new Set<GatewayId>();
    for (const { anchor } of hearings) if (anchor.kind === 'gateway') gatewayIds.add(anchor.gatewayId);
    return this.gateways.take({
      source: 'native',
      storeId,
      gatewayIds,
      hearings,
      rejected: [...batch.rejected, ...refused],
      clocks: clocksOf(batch.sentAt, receivedAt),
    });
  }

  /**
   * What a shopper's phone reports, by HTTP or socket: it heard beacons of a store.
   *
   * @param body as it came, unchecked
   * @throws Problem 400 when the body around the sightings is not good
   */
  async takePhone(shopperId: ShopperId, body: unknown, receivedAt: Instant): Promise<BatchAnswer> {
    const batch = readBatch(body);
    const clocks = clocksOf(batch.sentAt, receivedAt);
    const placed = atBeacons(batch.good, (beaconId) => this.stores.storeOfBeacon(beaconId));
    const { timely, late, future } = timed(placed.hearings, clocks);
    const consenting = await this.consents.grantedBy(timely.length > 0 ? [shopperId] : []);
    const { sightings, noConsent, duplicate } = recognise(timely, () => shopperId, consenting, clocks);
    if (sightings.length > 0) await this.sink.take(sightings);
    const source = 'phone';
    observeAges(this.metrics, source, [timely, late], receivedAt);
    count(this.metrics, source, {
      accepted: sightings.length,
      unknown: placed.unknown,
      no_consent: noConsent,
      duplicate,
      late: late.length,
      future: future.length,
      rejected: batch.rejected.length + placed.refused.length,
    });
    return {
      accepted: timely.length + late.length + placed.unknown,
      rejected: [...batch.rejected, ...placed.refused, ...future].sort((a, b) => a.index - b.index),
    };
  }
}

function clocksOf(sentAt: Instant | undefined, receivedAt: Instant): Clocks {
  return sentAt === undefined ? { receivedAt } : { receivedAt, sentAt };
}
