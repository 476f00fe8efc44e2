import { Injectable } from '@nestjs/common';
import { Log, type Queryable } from '../../platform/index.js';
import type { BeaconId, ShopperId } from '../../shared/index.js';
import { EidTable } from './eid-table.js';
import { IdentitiesRepository } from './identities.repository.js';

/** What a device says of the rotating identity that it advertises. */
export interface Rotating {
  ephemeralIdentityKey: Buffer;
  rotationExponent: number;
  clockOffsetSeconds?: number | undefined;
}

/**
 * Rotating identities as devices register them. A key is carried like any beacon, under a name that is a mark of it: so
 * it has one carrier, is released with its device, and its change counts within 5 s as that of any beacon.
 */
@Injectable()
export class RotatingIdentities {
  constructor(
    private readonly repository: IdentitiesRepository,
    private readonly table: EidTable,
    private readonly log: Log,
  ) {}

  /** The name by which the key is carried. */
  nameOf({ ephemeralIdentityKey }: Rotating): BeaconId {
    return this.repository.nameOf(ephemeralIdentityKey);
  }

  /** Keeps the key, inside the transaction in which the shopper was locked and took its name. Call `announce` after. */
  async save(tx: Queryable, shopperId: ShopperId, rotating: Rotating): Promise<void> {
    const { ephemeralIdentityKey: key, rotationExponent, clockOffsetSeconds } = rotating;
    await this.repository.save(tx, shopperId, { key, rotationExponent, clockOffsetSeconds });
  }

  /** After the commit: what the key makes counts from now. With Redis away, from the next round of the table. */
  async announce(rotating: Rotating): Promise<void> {
    const name = this.nameOf(rotating);
    try {
      await this.table.publish(await this.repository.find([name]));
    } catch (error) {
      this.log.warn({ event: 'eid-table.unpublished', name, error });
    }
  }
}
