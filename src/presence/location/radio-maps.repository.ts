import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../../platform/index.js';
import type { StoreId } from '../../shared/index.js';
import type { Learned } from './calibration.rules.js';
import { merged, sumsBytes, sumsFrom } from './learned.rules.js';

interface Row {
  stamp: number;
  sums: Buffer;
}

const SELECT = 'SELECT stamp, sums FROM radio_maps WHERE store_id = $1';

/** What was learned of the stores' radios. */
@Injectable()
export class RadioMapsRepository {
  constructor(private readonly database: Database) {}

  async find(storeId: StoreId): Promise<Learned | undefined> {
    return this.#learnedIn(this.database, SELECT, storeId);
  }

  /** Adds what one process learned to what all know, and gives the sum. */
  add(storeId: StoreId, fresh: Learned): Promise<Learned> {
    return this.database.transaction(async (tx) => {
      await tx.run(
        `INSERT INTO radio_maps (store_id, stamp, sums) SELECT store_id, $2, $3 FROM stores WHERE store_id = $1
         ON CONFLICT DO NOTHING`,
        [storeId, fresh.stamp, Buffer.alloc(0)],
      );
      const sum = merged(await this.#learnedIn(tx, `${SELECT} FOR UPDATE`, storeId), fresh);
      await tx.run('UPDATE radio_maps SET stamp = $2, sums = $3, updated_at = now() WHERE store_id = $1', [
        storeId,
        sum.stamp,
        sumsBytes(sum),
      ]);
      return sum;
    });
  }

  async #learnedIn(from: Queryable, sql: string, storeId: StoreId): Promise<Learned | undefined> {
    const [row] = await from.query<Row>(sql, [storeId]);
    return row && { stamp: row.stamp, sums: sumsFrom(row.sums) };
  }
}
