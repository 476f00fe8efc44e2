import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import { ALL_PIECES } from './pieces.rules.js';
import type { ViewRow } from './view.rules.js';
import { IS_SETTLED, viewsStatement } from './views.sql.js';

const VIEWS = viewsStatement({ pieces: ALL_PIECES, columns: IS_SETTLED, brandsSince: '$2' });

/** What decisions may know about shoppers, in one round trip. */
@Injectable()
export class ViewsRepository {
  constructor(private readonly database: Database) {}

  /**
   * @param brandsSince purchases before it do not count for the main brand
   * @returns rows of those who exist; one that is not `settled` has derived rows that lag behind or should be gone
   */
  views(ids: readonly ShopperId[], brandsSince: Instant): Promise<(ViewRow & { settled: boolean })[]> {
    return this.database.query(VIEWS, [ids, timestamp(brandsSince)]);
  }
}
