import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Consents } from '../consent/index.js';
import { Bus, Clock, Log, Remembered } from '../platform/index.js';
import { SECOND_MS, type ShopperId } from '../shared/index.js';

/** A withdrawal counts within 5 s, also where its hint was lost. */
const KEPT_MS = 4 * SECOND_MS;
/** As many as beacons are remembered: of more in use at once, each would be asked about at each hearing. */
const MOST_KEPT = 100_000;

/** Who consents, among those who were asked about. */
export type Consenting = Pick<ReadonlySet<ShopperId>, 'has'>;

/** Who may be located, asked once in a few seconds and shopper rather than once a sighting. */
@Injectable()
export class LocationConsents implements OnApplicationShutdown {
  readonly #known: Remembered<ShopperId, true>;

  constructor(consents: Consents, clock: Clock, log: Log, bus: Bus) {
    const ask = async (ids: readonly ShopperId[]): Promise<Map<ShopperId, true | undefined>> => {
      const answers = await consents.of(ids);
      return new Map(ids.map((id) => [id, answers.get(id)?.location === true ? true : undefined]));
    };
    this.#known = new Remembered(
      { name: 'location consents', ask, keptMs: KEPT_MS, most: MOST_KEPT },
      clock,
      log,
    );
    bus.on('shopper.changed', ({ shopperId }) => this.#known.forget([shopperId]));
  }

  /** Those of `ids` who have granted `location`; what was never said is no. */
  grantedBy(ids: Iterable<ShopperId>): Promise<Consenting> {
    return this.#known.of(ids);
  }

  onApplicationShutdown(): Promise<void> {
    return this.#known.stop();
  }
}
