import type { Field } from '../rules/index.js';

/** What a rule may ask about the radios of the store: for service messages, and against offers where nothing can be located. */
export const sightingFields: readonly Field[] = [
  {
    field: 'store.gatewaysSilent',
    label: 'Silent gateways of the store',
    description:
      'How many have not been heard for two minutes while the store is open, as its health page says; some seconds old.',
    about: 'moment',
    type: 'number',
    unit: 'count',
    read: ({ radio }) => radio?.()?.gatewaysSilent,
  },
  {
    field: 'zone.beaconsHealthy',
    label: 'Beacons of the zone are well',
    description:
      'Each fixed beacon of the present zone that was ever heard was heard within the hour, and none tells of 10 % (or 2.2 V) of its battery or less; unknown where none was ever heard.',
    about: 'moment',
    type: 'boolean',
    read: ({ radio }) => radio?.()?.zone?.beaconsHealthy,
  },
  {
    field: 'zone.beaconBatteryPercent',
    label: 'Weakest battery among the beacons of the zone',
    description:
      'The lowest of what the fixed beacons of the present zone tell; unknown where none tells it.',
    about: 'moment',
    type: 'number',
    unit: '%',
    range: [0, 100],
    read: ({ radio }) => radio?.()?.zone?.beaconBatteryPercent,
  },
  {
    field: 'zone.flapsPerHour',
    label: 'Stays of under 5 s in the zone, per hour',
    description:
      'By all shoppers of the last minutes: where it is high, people stand at the edge of the zone.',
    about: 'moment',
    type: 'number',
    unit: 'per hour',
    read: ({ radio }) => radio?.()?.zone?.flapsPerHour,
  },
  {
    field: 'zone.muted',
    label: 'The zone is muted',
    description:
      'Most stays in it are that short, so that entering it triggers no offer; seen by what a check-in there triggers, and in previews.',
    about: 'moment',
    type: 'boolean',
    read: ({ radio }) => radio?.()?.zone?.muted,
  },
];
