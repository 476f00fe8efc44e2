import { Injectable } from '@nestjs/common';
import { Consents } from '../../consent/index.js';
import { Bus, Clock, conflict, Database, notFound, type Problem } from '../../platform/index.js';
import { DAY_MS, toRfc3339, type BeaconId, type ShopperId } from '../../shared/index.js';
import { deviceSource, type Claim } from '../carried/assignment.rules.js';
import { CarriedBeacons } from '../carried/carried-beacons.js';
import { RotatingIdentities, type Rotating } from '../rotating/rotating-identities.js';
import { Shoppers, taken } from '../profiles/shoppers.service.js';
import { AppRepository, type Device, type Preferences } from './app.repository.js';

/** What shoppers see of themselves: what only the retailer's business needs stays out. */
@Injectable()
export class OwnProfile {
  constructor(
    private readonly shoppers: Shoppers,
    private readonly consents: Consents,
    private readonly repository: AppRepository,
    private readonly bus: Bus,
  ) {}

  /** @throws Problem 404 when the token's shopper is not (or no longer) known here */
  async show(shopperId: ShopperId): Promise<object> {
    const [found, consents, preferences] = await Promise.all([
      this.shoppers.find(shopperId),
      this.consents.of([shopperId]),
      this.repository.preferencesOf(shopperId),
    ]);
    if (found === undefined) throw notFound('shopper');
    const { displayName, locale, timeZone, homeStoreId, birthday, attributes, carries } = found;
    return {
      shopperId,
      profile: { displayName, locale, timeZone, homeStoreId, birthday, attributes, carries },
      loyalty: found.loyalty ?? null,
      consents: consents.get(shopperId),
      preferences: shown(preferences ?? {}),
    };
  }

  /** @throws Problem 404 for no such shopper */
  async preferences(shopperId: ShopperId): Promise<object> {
    const preferences = await this.repository.preferencesOf(shopperId);
    if (preferences === undefined) throw notFound('shopper');
    return shown(preferences);
  }

  /**
   * Replaces the preferences as a whole.
   *
   * @throws Problem 404 for no such shopper
   */
  async prefer(shopperId: ShopperId, preferences: Preferences): Promise<object> {
    if (!(await this.repository.savePreferences(shopperId, preferences))) throw notFound('shopper');
    this.bus.emit('shopper.changed', { shopperId });
    return shown(preferences);
  }
}

/** After so long without its app FCM lets an Android token expire. */
const TOKEN_DAYS = 270;
/** Few enough that nobody waits for the locks. */
const BATCH = 5_000;

/** The devices that a shopper's app runs on, and what they advertise. */
@Injectable()
export class OwnDevices {
  constructor(
    private readonly repository: AppRepository,
    private readonly carried: CarriedBeacons,
    private readonly rotating: RotatingIdentities,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Forgets tokens that FCM, too, holds for dead: apps register at each start. */
  async tidy(): Promise<void> {
    const since = this.clock.now() - TOKEN_DAYS * DAY_MS;
    while ((await this.repository.forgetTokens(since, BATCH)) === BATCH);
  }

  /**
   * Registers a device, replacing what it said before; one that names no beacon advertises none. Beyond ten the one
   * longest not registered leaves.
   *
   * @throws Problem 404 for no such shopper, 409 `beacon-taken`
   */
  async register(
    shopperId: ShopperId,
    { advertises, ...device }: Device & { advertises?: BeaconId | Rotating | undefined },
  ): Promise<object> {
    const { deviceId, platform, appVersion } = device;
    const rotating = typeof advertises === 'object' ? advertises : undefined;
    const beaconId = typeof advertises === 'object' ? this.rotating.nameOf(advertises) : advertises;
    const beaconIds = beaconId === undefined ? [] : [beaconId];
    const { changed } = await this.database.transaction(async (tx) => {
      if (!(await this.repository.lock(tx, shopperId))) throw notFound('shopper');
      const left = await this.repository.dropOldest(tx, shopperId, deviceId);
      // What a device advertised leaves with it, before the new one may take it over.
      const claims: Claim[] = left.map((each) => ({ shopperId, source: deviceSource(each), beaconIds: [] }));
      claims.push({ shopperId, source: deviceSource(deviceId), beaconIds });
      const assigned = await this.carried.assign(tx, claims);
      const refused = assigned.refused.get(left.length);
      if (refused !== undefined) throw refusal(refused, rotating);
      await this.repository.saveDevice(tx, shopperId, device);
      if (rotating !== undefined) await this.rotating.save(tx, shopperId, rotating);
      return assigned;
    });
    await this.carried.announce(changed);
    if (rotating !== undefined) await this.rotating.announce(rotating);
    const shownAs = rotating === undefined ? advertises : shownOf(rotating);
    return { deviceId, platform, advertises: shownAs, appVersion, reachable: device.pushToken !== undefined };
  }
}

/** A key is not named by what its mark in our books is. */
function refusal(beaconId: BeaconId, rotating: Rotating | undefined): Problem {
  const { code, detail } = taken(beaconId);
  return conflict(
    code,
    rotating === undefined
      ? detail
      : 'advertises.ephemeralIdentityKey: this key is registered by another shopper',
  );
}

function shownOf({ rotationExponent, clockOffsetSeconds }: Rotating): object {
  return { rotationExponent, clockOffsetSeconds };
}

function shown({ snoozeUntil, ...preferences }: Preferences): object {
  return snoozeUntil === undefined ? preferences : { ...preferences, snoozeUntil: toRfc3339(snoozeUntil) };
}
