import type { Field } from '../../rules/index.js';
import { LISTS, LIST_DAYS } from './lists.js';

/**
 * What a rule may ask about the items of a list. A list is known where it was read: for whoever a rule asks it of, and
 * only with the `profiling` consent.
 */
export const listFields: readonly Field[] = LISTS.map(({ name, label, description, most, items }): Field => ({
  field: name,
  label,
  description: `${description} The latest ${most} of the last ${LIST_DAYS} days.`,
  type: 'items',
  items: items.map(({ column: _, ...field }) => field),
  read: ({ lists, shopper }) => (shopper.consents.profiling ? lists?.[name] : undefined),
}));
