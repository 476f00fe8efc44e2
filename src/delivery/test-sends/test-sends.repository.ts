import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';

interface TestPhone {
  /** The back office has said that this account is on a phone for tests. */
  isForTests: boolean;
  devices: readonly { deviceId: string; token: string }[];
}

/** Phones of the shop's own people. */
@Injectable()
export class TestSendsRepository {
  constructor(private readonly database: Database) {}

  /** Undefined for a shopper nobody knows. */
  async phoneOf(shopperId: ShopperId): Promise<TestPhone | undefined> {
    const [row] = await this.database.query<TestPhone>(
      `SELECT attributes->'testPhone' = 'true'::jsonb IS TRUE AS "isForTests",
         (SELECT coalesce(json_agg(json_build_object('deviceId', device_id, 'token', push_token) ORDER BY device_id), '[]')
          FROM devices WHERE devices.shopper_id = shoppers.shopper_id AND push_token IS NOT NULL) AS devices
       FROM shoppers WHERE shopper_id = $1`,
      [shopperId],
    );
    return row;
  }
}
