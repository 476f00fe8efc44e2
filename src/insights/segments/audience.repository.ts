import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';

/** Whom an audience is counted among: those who consent to `profiling`. */
@Injectable()
export class AudienceRepository {
  constructor(private readonly database: Database) {}

  async size(): Promise<number> {
    const [row] = await this.database.query<{ total: number }>(
      "SELECT count(*) AS total FROM consents WHERE purpose = 'profiling' AND granted",
    );
    return row?.total ?? 0;
  }

  /** As many as asked for, or all: by a hash of the id, which is like chance and the same each time. */
  async sample(size: number): Promise<ShopperId[]> {
    const rows = await this.database.query<{ shopper_id: ShopperId }>(
      `SELECT shopper_id FROM consents WHERE purpose = 'profiling' AND granted
       ORDER BY hashtextextended(shopper_id, 0), shopper_id LIMIT $1`,
      [size],
    );
    return rows.map(({ shopper_id: id }) => id);
  }
}
