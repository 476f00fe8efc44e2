import { coupons } from './coupons.js';
import type { TableEntry } from './entry.js';
import { house } from './house.js';
import { insights } from './insights.js';
import { people } from './people.js';
import { shop } from './shop.js';
import { visits } from './visits.js';

/**
 * Every column of every table: what it is for and what becomes of it. Export and erasure follow it, in this order, and
 * `test/integration/privacy-register.spec.ts` fails on a column that is not here.
 */
export const register: Readonly<Record<string, TableEntry>> = {
  ...visits,
  ...coupons,
  ...people,
  ...insights,
  ...house,
  ...shop,
};
export type { TableEntry } from './entry.js';
