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
    sql: ({ name = '' }, say) => `(asked.attributes -> ${say.text(name)})`,
  },
  {
    field: 'shopper.locale',
    label: 'Language of the shopper',
    description: 'The BCP 47 tag of the profile.',
    timeless: true,
    type: 'text',
    read: ({ shopper }) => shopper.locale,
    sql: () => 'asked.locale',
  },
  {
    field: 'shopper.homeStore',
    label: 'Home store of the shopper',
    description: 'The homeStoreId of the profile: what the retailer says, not where they shop.',
    timeless: true,
    type: 'text',
    read: ({ shopper }) => shopper.homeStoreId,
    sql: () => 'asked.home_store_id',
  },
  {
    field: 'shopper.birthdayIsToday',
    label: 'It is the shopper’s birthday',
    description:
      'By the calendar of the store; without a visit by that of the shopper. Who was born on 29 February has it on 28 February in other years.',
    type: 'boolean',
    read: ({ shopper, local }) =>
      shopper.birthday === undefined ? undefined : isBirthday(shopper.birthday, local.date),
    sql: (_, { localDate }) => `(${untilBirthday(localDate)} = 0)`,
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
    sql: (_, { localDate }) => untilBirthday(localDate),
  },
  ...loyaltyFields,
];

/** Days until the next birthday of `asked`, 0 on the day; in years without a 29 February that is on the 28th. */
function untilBirthday(localDate: string): string {
  return `(SELECT min(birthday.day - today.day)::float8
    FROM (SELECT ${localDate}::date AS day) AS today,
      LATERAL (SELECT extract(year FROM today.day)::int + later AS year FROM generate_series(0, 1) AS later) AS years,
      LATERAL (SELECT CASE WHEN asked.birthday = '02-29' THEN make_date(years.year, 3, 1) - 1
                      ELSE make_date(years.year, left(asked.birthday, 2)::int, right(asked.birthday, 2)::int)
                      END AS day) AS birthday
    WHERE birthday.day >= today.day)`;
}
