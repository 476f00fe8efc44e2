import type { FieldRegistry, Rule } from '../../rules/index.js';
import { conditionsOf } from '../../rules/index.js';

type Given = Readonly<Partial<Record<string, string>>>;

/** A segment that is ready to be adopted: a rule over the fields, open where the shop has to say what it means. */
export interface Template {
  readonly template: string;
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly { name: string; label: string; required: boolean }[];
  /** Given all that is required. */
  rule(given: Given): Rule;
}

const all = (...rules: Rule[]): Rule => ({ combinator: 'and', rules });
const any = (...rules: Rule[]): Rule => ({ combinator: 'or', rules });
const is = (field: string, value: string | boolean): Rule => ({ field, operator: '=', value });
const holds = (field: string, value: string): Rule => ({ field, operator: 'contains', value });
const atLeast = (field: string, value: number): Rule => ({ field, operator: '>=', value });
const atMost = (field: string, value: number): Rule => ({ field, operator: '<=', value });

const NONE: Template['parameters'] = [];

/** In the order in which they are shown. The thresholds are starting points: an adopted segment is the shop's to edit. */
export const TEMPLATES: readonly Template[] = [
  {
    template: 'always-one-brand',
    name: 'Always one brand',
    description:
      'Nine units in ten of one brand: in the equivalence group that is named, else in at least one group.',
    parameters: [{ name: 'equivalenceGroup', label: 'Equivalence group', required: false }],
    rule: ({ equivalenceGroup }) =>
      equivalenceGroup === undefined
        ? atLeast('affinity.loyalGroups', 1)
        : { field: 'affinity.mainBrandShare', of: { equivalenceGroup }, operator: '>=', value: 0.9 },
  },
  {
    template: 'only-on-discount',
    name: 'Only on discount',
    description: 'At least eight units in ten on discount or with a coupon, of five purchases or more.',
    parameters: NONE,
    rule: () => all(atLeast('price.reducedUnitShare', 0.8), atLeast('habits.purchases', 5)),
  },
  {
    template: 'certain-days',
    name: 'Only on certain days or holidays',
    description: 'Eight purchases in ten on one day of the week, or six in ten on holidays, of five or more.',
    parameters: NONE,
    rule: () =>
      all(
        atLeast('habits.purchases', 5),
        any(atLeast('habits.weekdayShare', 0.8), atLeast('habits.holidayShare', 0.6)),
      ),
  },
  {
    template: 'place-and-demographics',
    name: 'By place and demographics',
    description:
      'Whose home store or preferred store it is, with what the profile says of them: an attribute and its value.',
    parameters: [
      { name: 'storeId', label: 'Store', required: true },
      { name: 'attribute', label: 'Attribute', required: true },
      { name: 'value', label: 'Value of the attribute (a text)', required: true },
    ],
    rule: ({ storeId = '', attribute = '', value = '' }) =>
      all(any(is('shopper.homeStore', storeId), holds('habits.stores', storeId)), {
        field: 'shopper.attributes',
        of: { name: attribute },
        operator: '=',
        value,
      }),
  },
  {
    template: 'influencers',
    name: 'Influencers',
    description: 'Who has referred two others, or shared five times in a year.',
    parameters: NONE,
    rule: () => any(atLeast('referrals.count', 2), atLeast('interactions.shared', 5)),
  },
  {
    template: 'opens-only-with-discount',
    name: 'Opens only with a discount',
    description: 'Three offers opened or more, all of them with a reward, though three came without one.',
    parameters: NONE,
    rule: () =>
      all(
        atLeast('openings.count', 3),
        atLeast('openings.rewardedShare', 1),
        atLeast('openings.plainShown', 3),
      ),
  },
  {
    template: 'lapsing',
    name: 'Lapsing',
    description: 'Away for three to ten of their usual intervals: late, and not yet gone.',
    parameters: NONE,
    rule: () => ({ field: 'visits.lateness', operator: 'between', value: [3, 10] }),
  },
  {
    template: 'high-value',
    name: 'High value',
    description: 'In the upper fifth by what they spend.',
    parameters: NONE,
    rule: () => atLeast('value.rfm.monetary', 5),
  },
  {
    template: 'low-value',
    name: 'Low value',
    description: 'In the lower fifth by what they spend.',
    parameters: NONE,
    rule: () => atMost('value.rfm.monetary', 1),
  },
  {
    template: 'new-signed-up',
    name: 'New: signed up',
    description: 'Acquired by signing up in the last 30 days.',
    parameters: NONE,
    rule: () => all(is('acquisition.by', 'signup'), atMost('acquisition.daysSince', 30)),
  },
  {
    template: 'new-bought',
    name: 'New: bought',
    description: 'First purchase in the last 30 days.',
    parameters: NONE,
    rule: () => atMost('acquisition.daysSinceFirstPurchase', 30),
  },
  {
    template: 'birthday-soon',
    name: 'Birthday soon',
    description: 'Today or in the coming week.',
    parameters: NONE,
    rule: () => atMost('shopper.daysUntilBirthday', 7),
  },
  {
    template: 'tier-about-to-be-reached',
    name: 'Tier about to be reached',
    description: 'A hundred points or fewer short of the next tier.',
    parameters: NONE,
    rule: () => atMost('loyalty.pointsToNextTier', 100),
  },
  {
    template: 'tier-about-to-be-lost',
    name: 'Tier about to be lost',
    description: 'The tier ends within 30 days, and the points to keep it are not there yet.',
    parameters: NONE,
    rule: () =>
      all(is('loyalty.tierAtRisk', true), {
        field: 'loyalty.daysToTierEnd',
        operator: 'between',
        value: [0, 30],
      }),
  },
  {
    template: 'browsed-not-bought',
    name: 'Browsed but not bought',
    description: 'Looked at a product in the last 30 days and has not bought it since.',
    parameters: NONE,
    rule: () => atLeast('browsed.count', 1),
  },
];

/** Those whose fields there are: a room that is not built in takes its templates with it. */
export function templatesFor(fields: Pick<FieldRegistry, 'find'>): Template[] {
  return TEMPLATES.filter((template) => {
    const exemplary = Object.fromEntries(template.parameters.map(({ name }) => [name, 'any']));
    return [exemplary, {}].every((given) =>
      [...conditionsOf(template.rule(given))].every(
        ({ condition }) => fields.find(condition.field) !== undefined,
      ),
    );
  });
}
