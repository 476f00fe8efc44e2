import type { Field } from '../../rules/index.js';
import { DAY_MS } from '../../shared/index.js';
import { LISTS, LIST_DAYS } from './lists.js';

/**
 * What a rule may ask about the items of a list. A list is known where it was read: for whoever a rule asks it of, and
 * only with the `profiling` consent.
 */
export const listFields: readonly Field[] = LISTS.map(
  ({ name, label, description, most, latestBy, items, from, fromAll }): Field => ({
    field: name,
    label,
    description: `${description} The latest ${most} of the last ${LIST_DAYS} days.`,
    type: 'items',
    items: items.map(({ column: _, ofAll: __, ...field }) => field),
    read: ({ lists, shopper }) => (shopper.consents.profiling ? lists?.[name] : undefined),
    sql: (_, say) => {
      const columns = items.map(({ field, column }) => `${column} AS "${field}"`);
      return `SELECT ${columns.join(', ')} ${from(momentOf(`${say.at} - ${LIST_DAYS * DAY_MS}`), most)}`;
    },
    ofAll: {
      latestBy,
      most,
      reachMs: LIST_DAYS * DAY_MS,
      sql: (since) => {
        const columns = items.map(({ field, column, ofAll = column }) => `${ofAll} AS "${field}"`);
        return `SELECT did.shopper_id, ${columns.join(', ')} ${fromAll(momentOf(since))}`;
      },
    },
  }),
);

/** @param ms milliseconds in SQL */
function momentOf(ms: string): string {
  return `to_timestamp((${ms}) / 1000)`;
}
