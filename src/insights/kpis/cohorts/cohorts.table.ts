import type { Table } from '../../../platform/index.js';
import type { CohortsAnswer } from './cohorts.dto.js';

/** A row a cohort and currency; amounts in minor units of it, cells that are not known yet empty. */
export function cohortsTable({ rows }: CohortsAnswer): Table {
  const ages = rows[0]?.cells.map(({ months }) => `lifetimeValue${months}Months`) ?? [];
  return {
    columns: ['month', 'channel', 'acquiredShoppers', 'currency', 'estimatedShare', ...ages],
    rows: rows.map(({ month, channel, acquiredShoppers, currency, estimatedShare, cells }) => [
      month,
      channel,
      acquiredShoppers,
      currency,
      estimatedShare,
      ...cells.map(({ lifetimeValue }) => lifetimeValue?.amount),
    ]),
  };
}
