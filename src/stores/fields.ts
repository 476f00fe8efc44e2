import type { Field } from '../rules/index.js';

const SECONDS = 's';

/** What a rule may ask about the place and the moment; hours and days are those of the store's own clock. */
export const storeFields: readonly Field[] = [
  { field: 'store.id', label: 'Store', type: 'text', read: ({ storeId }) => storeId },
  { field: 'zone.id', label: 'Zone', type: 'text', read: ({ zone }) => zone?.zoneId },
  {
    field: 'zone.kind',
    label: 'Kind of zone',
    type: 'choice',
    choices: ['entrance', 'aisle', 'department', 'service', 'checkout'],
    read: ({ zone }) => zone?.kind,
  },
  {
    field: 'zone.categories',
    label: 'Categories of the zone',
    type: 'list',
    read: ({ zone }) => zone?.categories,
  },
  {
    field: 'zone.dwellSeconds',
    label: 'Time in the zone',
    type: 'number',
    unit: SECONDS,
    read: ({ dwellSeconds }) => dwellSeconds,
  },
  {
    field: 'visit.seconds',
    label: 'Time since the visit began',
    type: 'number',
    unit: SECONDS,
    read: ({ visitSeconds }) => visitSeconds,
  },
  { field: 'time.hour', label: 'Hour', type: 'number', range: [0, 23], read: ({ local }) => local.hour },
  {
    field: 'time.weekday',
    label: 'Day of the week (1 = Monday)',
    type: 'number',
    range: [1, 7],
    read: ({ local }) => local.isoWeekday,
  },
  {
    field: 'time.clock',
    label: 'Time of day',
    type: 'clock',
    read: ({ local }) => clockOf(local.minuteOfDay),
  },
  {
    field: 'time.date',
    label: 'Date (yyyy-mm-dd)',
    type: 'text',
    // A part of a date says nothing, so `contains` is left out.
    operators: ['=', '!=', 'in', 'notIn'],
    read: ({ local }) => local.date,
  },
];

/** `HH:MM` */
function clockOf(minuteOfDay: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`;
}
