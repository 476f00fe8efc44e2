import { Injectable } from '@nestjs/common';
import type { BeaconId, Instant, ShopperId, StoreId } from '../shared/index.js';
import { Recognition } from '../shoppers/index.js';
import { Stores } from '../stores/index.js';
import { LocationConsents, type Consenting } from './location-consents.js';
import { recognise, type Recognised } from './sightings.rules.js';
import type { Clocks, TimedHearing } from './timing.rules.js';
import { sortFixed, type Sorted } from './trust/fixed-beacons.rules.js';
import { RecentIds } from './trust/recent-ids.js';

/** Whose beacons are, and which of these shoppers may be located. */
export interface Bearers {
  carriers: ReadonlyMap<BeaconId, ShopperId>;
  consenting: Consenting;
}

const NOBODY: Bearers = { carriers: new Map(), consenting: new Set() };

/** What was made of hearings; `mobile` are those from which the sightings come. */
export type Findings = Recognised & Sorted & Bearers;

/** Finds out whose beacons were heard, and what is not to be believed or used. */
@Injectable()
export class Recognisers {
  readonly #recent = new RecentIds();

  constructor(
    private readonly stores: Stores,
    private readonly recognition: Recognition,
    private readonly consents: LocationConsents,
  ) {}

  /** Two questions a store's report, however long it is: whose beacons, and who consents. */
  async recognise(storeId: StoreId, hearings: readonly TimedHearing[], clocks: Clocks): Promise<Findings> {
    const sorted = sortFixed(hearings, (beaconId) => this.stores.storeOfBeacon(beaconId));
    const names: BeaconId[] = [];
    for (const { beaconIds } of sorted.mobile) for (const beaconId of beaconIds) names.push(beaconId);
    const bearers = await this.bearersOf(names);
    const { carriers, consenting } = bearers;
    this.recognition.learn({ storeId, beaconIds: names, carriers, mayBeLocated: consenting });
    const recognised = recognise(
      sorted.mobile,
      ({ beaconIds }) => carriedAs(beaconIds, carriers)?.shopperId,
      consenting,
      clocks,
      (hash) => this.#recent.has(hash),
    );
    return { ...sorted, ...bearers, ...recognised };
  }

  /** What a shopper's own phone heard is about that shopper. */
  async recogniseOwn(
    shopperId: ShopperId,
    hearings: readonly TimedHearing[],
    clocks: Clocks,
  ): Promise<Recognised> {
    const consenting = await this.consents.grantedBy(hearings.length > 0 ? [shopperId] : []);
    return recognise(
      hearings,
      () => shopperId,
      consenting,
      clocks,
      (hash) => this.#recent.has(hash),
    );
  }

  /** The same two questions, from which nothing is learnt. */
  async bearersOf(beaconIds: readonly BeaconId[]): Promise<Bearers> {
    if (beaconIds.length === 0) return NOBODY;
    const carriers = await this.recognition.shopperOf(beaconIds);
    const consenting = await this.consents.grantedBy(carriers.values());
    return { carriers, consenting };
  }

  /** These are held by live presence now: when they come again, they are duplicates. */
  held({ hashes }: Recognised, now: Instant): void {
    this.#recent.add(hashes, now);
  }
}

/** The first of a beacon's names that has a shopper, and who that is. */
export function carriedAs(
  beaconIds: readonly BeaconId[],
  carriers: ReadonlyMap<BeaconId, ShopperId>,
): { beaconId: BeaconId; shopperId: ShopperId } | undefined {
  for (const beaconId of beaconIds) {
    const shopperId = carriers.get(beaconId);
    if (shopperId !== undefined) return { beaconId, shopperId };
  }
  return undefined;
}
