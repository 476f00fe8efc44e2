import type { Field } from '../rules/index.js';
import { loyaltyFields } from './loyalty/fields.js';
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
  },
  {
    field: 'shopper.locale',
    label: 'Language of the shopper',
    type: 'text',
    read: ({ shopper }) => shopper.locale,
  },
  {
    field: 'shopper.homeStore',
    label: 'Home store of the shopper',
    type: 'text',
    read: ({ shopper }) => shopper.homeStoreId,
  },
  {
    field: 'shopper.birthdayIsToday',
    label: 'It is the shopper’s birthday',
    type: 'boolean',
    read: ({ shopper, local }) =>
      shopper.birthday === undefined ? undefined : isBirthday(shopper.birthday, local.date),
  },
  ...loyaltyFields,
];
