import { Injectable } from '@nestjs/common';
import { badRequest } from '../platform/index.js';
import type { Instant, PrincipalOf, ShopperId } from '../shared/index.js';
import { Stores } from '../stores/index.js';
import { phoneRanging } from './decoders/index.js';
import { GatewayHearings } from './gateway-hearings.service.js';
import { GatewayWatch } from './gateway-watch.service.js';
import { PhoneHearings } from './phone-hearings.service.js';
import { readBatch, type Batch, type BatchAnswer } from './sightings.dto.js';
import { atBeacons, atGateways, rangedAtBeacons } from './sightings.rules.js';
import type { Clocks } from './timing.rules.js';

/** Sightings in our own format, from gateways and phones. */
@Injectable()
export class SightingIntake {
  constructor(
    private readonly stores: Stores,
    private readonly gateways: GatewayHearings,
    private readonly phones: PhoneHearings,
    private readonly watch: GatewayWatch,
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
    const batch = this.#read(body, { storeId, receivedAt });
    const layout = this.stores.layout(storeId);
    const placed = atGateways(batch.good, storeId, layout?.gateways ?? new Map());
    const { hearings, refused, gatewayIds } = placed;
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
    return this.phones.take({
      shopperId,
      placed: atBeacons(batch.good, (beaconId) => this.stores.storeOfBeacon(beaconId)),
      rejected: batch.rejected,
      clocks: clocksOf(batch.sentAt, receivedAt),
    });
  }

  /**
   * The same, as the phone's own ranging callback gave it.
   *
   * @throws Problem 400 `malformed-json` or `malformed-payload`
   */
  async takeRanging(shopperId: ShopperId, bytes: Buffer, receivedAt: Instant): Promise<BatchAnswer> {
    const decoded = phoneRanging.decode(bytes, { receivedAt });
    if (!decoded.ok) throw badRequest(decoded.why, decoded.detail);
    const { heard, refused, sentAt } = decoded.value;
    return this.phones.take({
      shopperId,
      placed: rangedAtBeacons(heard, (beaconId) => this.stores.storeOfBeacon(beaconId)),
      rejected: refused,
      clocks: clocksOf(sentAt, receivedAt),
    });
  }

  /** A body that cannot be read names no gateway; it is shown with its store. */
  #read(body: unknown, from: Pick<PrincipalOf<'gateway'>, 'storeId'> & { receivedAt: Instant }): Batch {
    try {
      return readBatch(body);
    } catch (error) {
      this.watch.refused({ ...from, sender: { kind: 'unsaid' }, format: 'native' }, error);
      throw error;
    }
  }
}

function clocksOf(sentAt: Instant | undefined, receivedAt: Instant): Clocks {
  return sentAt === undefined ? { receivedAt } : { receivedAt, sentAt };
}
