import type { Field } from '../rules/index.js';

const SECONDS = 's';

/** What a rule may ask about the place and the moment; hours and days are those of the store's own clock. */
export const storeFields: readonly Field[] = [
  {
    field: 'store.id',
    label: 'Store',
    description: 'The storeId of the store that the shopper is in.',
    about: 'moment',
    type: 'text',
    read: ({ storeId }) => storeId,
  },
  {
    field: 'zone.id',
    label: 'Zone',
    description: 'The zoneId of the zone that the shopper is in; unknown between zones.',
    about: 'moment',
    type: 'text',
    read: ({ zone }) => zone?.zoneId,
  },
  {
    field: 'zone.kind',
    label: 'Kind of zone',
    description: 'What the layout says the present zone is.',
    about: 'moment',
    type: 'choice',
    choices: ['entrance', 'aisle', 'department', 'service', 'checkout'],
    read: ({ zone }) => zone?.kind,
  },
  {
    field: 'zone.categories',
    label: 'Categories of the zone',
    description: 'The categories that the layout gives the present zone.',
    about: 'moment',
    type: 'list',
    read: ({ zone }) => zone?.categories,
  },
  {
    field: 'zone.dwellSeconds',
    label: 'Time in the zone',
    description: 'Since the shopper entered the present zone, by what was heard of them.',
    about: 'moment',
    type: 'number',
    unit: SECONDS,
    read: ({ dwellSeconds }) => dwellSeconds,
  },
  {
    field: 'visit.seconds',
    label: 'Time since the visit began',
    description: 'Since the shopper was first sensed, or checked in, on this visit.',
    about: 'moment',
    type: 'number',
    unit: SECONDS,
    read: ({ visitSeconds }) => visitSeconds,
  },
  {
    field: 'time.hour',
    label: 'Hour',
    description: 'Of the store’s own clock, 0 to 23.',
    about: 'moment',
    type: 'number',
    range: [0, 23],
    read: ({ local }) => local.hour,
  },
  {
    field: 'time.weekday',
    label: 'Day of the week (1 = Monday)',
    description: 'Of the store’s own calendar, ISO 8601.',
    about: 'moment',
    type: 'number',
    range: [1, 7],
    read: ({ local }) => local.isoWeekday,
  },
  {
    field: 'time.clock',
    label: 'Time of day',
    description: 'Of the store’s own clock, HH:MM.',
    about: 'moment',
    type: 'clock',
    read: ({ local }) => clockOf(local.minuteOfDay),
  },
  {
    field: 'time.date',
    label: 'Date (yyyy-mm-dd)',
    description: 'Of the store’s own calendar.',
    about: 'moment',
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
