import type { Field } from '../rules/index.js';
import { loyaltyFields } from './loyalty/fields.js';
import { daysUntilBirthday, isBirthday } from './profiles/profile.rules.js';

/** What a rule may ask about the person, besides what they buy. */
export const shopperFields: Field[] = [
  {
    field: 'shopper.attributes',
    label: 'Attribute of the shopper',
    description:
      'What the retailer has written under this name in the profile; unknown where there is no such attribute.',
    timeless: true,
    type: 'any',
    parameters: [{ name: 'name', type: 'text', label: 'Attribute' }],
    read: ({ shopper }, { name = '' }) =>
      Object.hasOwn(shopper.attributes, name) ? shopper.attributes[name] : undefined,
  },
  {
    field: 'shopper.locale',
    label: 'Language of the shopper',
    description: 'The BCP 47 tag of the profile.',
    timeless: true,
    type: 'text',
    read: ({ shopper }) => shopper.locale,
  },
  {
    field: 'shopper.homeStore',
    label: 'Home store of the shopper',
    description: 'The homeStoreId of the profile: what the retailer says, not where they shop.',
    timeless: true,
    type: 'text',
    read: ({ shopper }) => shopper.homeStoreId,
  },
  {
    field: 'shopper.birthdayIsToday',
    label: 'It is the shopper’s birthday',
    description:
      'By the calendar of the store; without a visit by that of the shopper. Who was born on 29 February has it on 28 February in other years.',
    type: 'boolean',
    read: ({ shopper, local }) =>
      shopper.birthday === undefined ? undefined : isBirthday(shopper.birthday, local.date),
  },
  {
    field: 'shopper.daysUntilBirthday',
    label: 'Days until the shopper’s birthday',
    description: '0 on the day itself; by the same calendar.',
    type: 'number',
    unit: 'days',
    range: [0, 365],
    read: ({ shopper, local }) =>
      shopper.birthday === undefined ? undefined : daysUntilBirthday(shopper.birthday, local.date),
  },
  ...loyaltyFields,
];
