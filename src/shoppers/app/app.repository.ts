import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../../platform/index.js';
import type { HourRange, Instant, ShopperId } from '../../shared/index.js';

/** As kept in `shoppers.preferences`: like the interface has it, with the instant in milliseconds. */
export interface Preferences {
  quietHours?: HourRange | undefined;
  snoozeUntil?: Instant | undefined;
  mutedCategories?: string[] | undefined;
}

export interface Device {
  deviceId: string;
  platform: 'ios' | 'android' | 'web';
  pushToken?: string | undefined;
  appVersion?: string | undefined;
}

/** Of one shopper; whoever has more has long stopped using some, and a device's id is the app's word. */
const MOST_DEVICES = 10;

/** What shoppers set in their app, and the devices it runs on. */
@Injectable()
export class AppRepository {
  constructor(private readonly database: Database) {}

  async preferencesOf(shopperId: ShopperId): Promise<Preferences | undefined> {
    const [row] = await this.database.query<{ preferences: Preferences }>(
      'SELECT preferences FROM shoppers WHERE shopper_id = $1',
      [shopperId],
    );
    return row?.preferences;
  }

  /** @returns false when there is no such shopper */
  async savePreferences(shopperId: ShopperId, preferences: Preferences): Promise<boolean> {
    const touched = await this.database.run(
      'UPDATE shoppers SET preferences = $2, updated_at = now() WHERE shopper_id = $1',
      [shopperId, JSON.stringify(preferences)],
    );
    return touched > 0;
  }

  /** Locks the shopper's row against another change of what they carry; false when there is no such shopper. */
  async lock(tx: Queryable, shopperId: ShopperId): Promise<boolean> {
    const rows = await tx.query('SELECT FROM shoppers WHERE shopper_id = $1 FOR NO KEY UPDATE', [shopperId]);
    return rows.length > 0;
  }

  /** Makes room for a device: of the others the nine registered last stay. @returns those that left */
  async dropOldest(tx: Queryable, shopperId: ShopperId, deviceId: string): Promise<string[]> {
    const rows = await tx.query<{ device_id: string }>(
      `DELETE FROM devices WHERE shopper_id = $1 AND device_id IN (
         SELECT device_id FROM devices WHERE shopper_id = $1 AND device_id <> $2
         ORDER BY updated_at DESC, device_id OFFSET $3)
       RETURNING device_id`,
      [shopperId, deviceId, MOST_DEVICES - 1],
    );
    return rows.map(({ device_id }) => device_id);
  }

  /** Takes the tokens of devices that have not registered since; `limit` at a time. @returns how many */
  forgetTokens(since: Instant, limit: number): Promise<number> {
    return this.database.run(
      `UPDATE devices SET push_token = NULL WHERE (shopper_id, device_id) IN (
         SELECT shopper_id, device_id FROM devices WHERE push_token IS NOT NULL AND updated_at < $1
         ORDER BY updated_at LIMIT $2)`,
      [timestamp(since), limit],
    );
  }

  /** Replaces a device. A phone that changed hands pushes to its new owner only. */
  async saveDevice(tx: Queryable, shopperId: ShopperId, device: Device): Promise<void> {
    const { deviceId, platform, pushToken, appVersion } = device;
    if (pushToken !== undefined) {
      await tx.run(
        `UPDATE devices SET push_token = NULL
         WHERE push_token = $1 AND (shopper_id, device_id) IS DISTINCT FROM ($2, $3)`,
        [pushToken, shopperId, deviceId],
      );
    }
    await tx.run(
      `INSERT INTO devices (shopper_id, device_id, platform, push_token, app_version)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (shopper_id, device_id) DO UPDATE
         SET platform = excluded.platform, push_token = excluded.push_token,
             app_version = excluded.app_version, updated_at = now()`,
      [shopperId, deviceId, platform, pushToken ?? null, appVersion ?? null],
    );
  }
}
