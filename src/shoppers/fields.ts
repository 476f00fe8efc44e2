import type { Field } from '../rules/index.js';
import { isBirthday } from './profiles/profile.rules.js';

/** What a rule may ask about the person, besides what they buy. */
export const shopperFields: Field[] = [
  {
    field: 'shopper.attributes',
    label: 'Attribute of the shopper',
    type: 'any',
    parameters: [{ name: 'name', type: 'text', label: 'Attribute' }],
    read: ({ shopper }, { name = '' }) =>
      Object.hasOwn(shopper.attributes, name) ? shopper.attributes[name] : undefined,
    sql: ({ name = '' }, { text }) =>
      `CASE WHEN consent.profiled THEN shopper.attributes -> ${text(name)} END`,
  },
  {
    field: 'shopper.locale',
    label: 'Language of the shopper',
    type: 'text',
    read: ({ shopper }) => shopper.locale,
    sql: () => 'shopper.locale',
  },
  {
    field: 'shopper.homeStore',
    label: 'Home store of the shopper',
    type: 'text',
    read: ({ shopper }) => shopper.homeStoreId,
    sql: () => 'shopper.home_store_id',
  },
  {
    field: 'shopper.birthdayIsToday',
    label: 'It is the shopper’s birthday',
    type: 'boolean',
    read: ({ shopper, local }) =>
      shopper.birthday === undefined ? undefined : isBirthday(shopper.birthday, local.date),
  },
  {
    field: 'loyalty.tier',
    label: 'Tier in the loyalty programme',
    type: 'text',
    read: ({ shopper }) => shopper.loyalty?.tier,
    sql: () => "CASE WHEN consent.profiled THEN shopper.loyalty ->> 'tier' END",
  },
  {
    field: 'loyalty.points',
    label: 'Points in the loyalty programme',
    type: 'number',
    unit: 'points',
    read: ({ shopper }) => shopper.loyalty?.points,
    sql: () => "CASE WHEN consent.profiled THEN (shopper.loyalty ->> 'points')::float8 END",
  },
];
