import type { AttributeValue, Facts, Item } from '../shared/index.js';
import type { Among } from './among.js';
import type { Operator } from './grammar.js';
import type { Saying } from './sql/statement.js';

/**
 * `instant` is milliseconds when read and RFC 3339 in a rule; `clock` is `HH:MM`, `monthDay` is `MM-DD`; `list` is
 * a list of texts; `any` is a value whose type is known only when it is read, such as a shopper's attribute; `items` is
 * a list of things with fields of their own.
 */
export type FieldType =
  'number' | 'text' | 'choice' | 'boolean' | 'instant' | 'list' | 'clock' | 'monthDay' | 'any' | 'items';

/** What a field may read; `null` and `undefined` both say that it is not known. */
export type FieldValue = AttributeValue | readonly Item[] | undefined;

/** A field of the items of a list: read from the item under its own name. */
export type ItemField = Omit<
  Field,
  'read' | 'among' | 'sql' | 'sqlKnown' | 'ofAll' | 'about' | 'timeless' | 'parameters' | 'items'
>;

interface Parameter<Name extends string> {
  readonly name: Name;
  readonly type: 'text';
  readonly label: string;
  /** The parameter that this one may be given in place of; of the two a rule names exactly one. */
  readonly insteadOf?: string;
}

/**
 * Something a rule may ask about. Rooms list theirs in `fields.ts`; one with parameters names them in the type,
 * `Field<'category'>`, so that `read` gets them as plain texts.
 */
export interface Field<Name extends string = string> {
  /** As rules name it, e.g. `replenishment.dueProbability`. */
  readonly field: string;
  readonly label: string;
  /** What it counts and from when, for whoever writes a rule and wonders. */
  readonly description: string;
  /** `moment`: known only during a visit, as is where the shopper stands. Left out for what is about the shopper. */
  readonly about?: 'moment';
  /** It reads the same at any time as long as nothing about the shopper changes. Left out for days since and the like. */
  readonly timeless?: true;
  readonly type: FieldType;
  readonly unit?: string;
  readonly parameters?: readonly Parameter<Name>[];
  /** A subset of what the type allows; all of it when left out. */
  readonly operators?: readonly Operator[];
  /** The texts that may be compared with; needed by `choice`, possible for `list` and `text`. */
  readonly choices?: readonly string[];
  /** What may be asked about each item; needed by `items`. */
  readonly items?: readonly ItemField[];
  /** The least and greatest number that makes sense, e.g. `[0, 1]` for a probability. */
  readonly range?: readonly [number, number];
  /** `of` holds exactly the parameters, of those that stand for each other one. Names in it come from people: look them up in a Map, or by `Object.hasOwn`. */
  read(facts: Facts, of: Readonly<Record<Name, string>>): FieldValue;
  /** For what is asked of many things that lie together in the view, and quickly read: it gives what `read` gives. */
  readonly among?: Among;
  /**
   * What `read` gives of a shopper outside of visits, in SQL about `asked`, their row of `shoppers`; NULL for what is
   * not known. Numbers as `float8`, moments in milliseconds, lists as `text[]`, `any` as `jsonb`, and of `items` a
   * SELECT with a column for each field. Left out for what only `read` can work out.
   */
  sql?(of: Readonly<Record<Name, string>>, say: Saying): string;
  /** Of a list, how `sql` says it of all shoppers at once; left out where they can only be asked one by one. */
  readonly ofAll?: ItemsOfAll;
  /** For what only `read` can work out: true, in SQL, of all shoppers of whom it is known. */
  sqlKnown?(of: Readonly<Record<Name, string>>, say: Saying): string;
}

/** A list as a table of the items of all shoppers. */
export interface ItemsOfAll {
  /** The item's field by which they are in order: of each shopper only the latest `most` count. */
  readonly latestBy: string;
  readonly most: number;
  /** Further back no item counts. */
  readonly reachMs: number;
  /** A SELECT of `shopper_id` and a column for each field, of the items later than `since`, milliseconds in SQL. */
  readonly sql: (since: string) => string;
}

/** One item of `GET /v1/rule-fields`. */
export type FieldDescription = Omit<
  Field,
  'read' | 'among' | 'sql' | 'sqlKnown' | 'ofAll' | 'operators' | 'timeless' | 'items'
> & {
  readonly operators: readonly Operator[];
  readonly items?: readonly FieldDescription[];
};

const EQUALITY = ['=', '!='] as const;
const ORDER = ['<', '<=', '>', '>=', 'between'] as const;
const MEMBERSHIP = ['in', 'notIn'] as const;
const CONTAINMENT = ['contains', 'notContains'] as const;
const PRESENCE = ['null', 'notNull'] as const;

const OPERATORS_OF: Readonly<Record<FieldType, readonly Operator[]>> = {
  number: [...EQUALITY, ...ORDER, ...MEMBERSHIP, ...PRESENCE],
  text: [...EQUALITY, ...MEMBERSHIP, ...CONTAINMENT, ...PRESENCE],
  choice: [...EQUALITY, ...MEMBERSHIP, ...PRESENCE],
  boolean: [...EQUALITY, ...PRESENCE],
  instant: [...ORDER, 'withinDays', ...PRESENCE],
  list: [...CONTAINMENT, ...PRESENCE],
  clock: [...EQUALITY, ...ORDER, ...PRESENCE],
  monthDay: [...EQUALITY, ...ORDER, ...PRESENCE],
  any: [...EQUALITY, ...ORDER, ...MEMBERSHIP, ...CONTAINMENT, ...PRESENCE],
  items: ['matchesAny'],
};

/** The operators a rule may use on `field`. */
export function operatorsOf(field: Field): readonly Operator[] {
  return field.operators ?? OPERATORS_OF[field.type];
}

/** Every field that a rule may ask about, by name. */
export class FieldRegistry {
  readonly #fields = new Map<string, Field>();
  readonly #items = new Map<string, FieldRegistry>();

  /**
   * @param rooms the lists that the rooms export
   * @throws when two fields share a name, or one contradicts its own type: a defect, found at boot
   */
  constructor(...rooms: readonly (readonly Field[])[]) {
    for (const field of rooms.flat()) {
      if (this.#fields.has(field.field)) throw new Error(`rule field '${field.field}' is defined twice`);
      refuseContradiction(field);
      this.#fields.set(field.field, field);
      if (field.items) this.#items.set(field.field, new FieldRegistry(field.items.map(readingItem)));
    }
  }

  find(name: string): Field | undefined {
    return this.#fields.get(name);
  }

  /** @throws when the field is unknown: the rule was not validated against this registry */
  get(name: string): Field {
    const field = this.#fields.get(name);
    if (field === undefined) throw new Error(`rule field '${name}' is not in the registry`);
    return field;
  }

  names(): readonly string[] {
    return [...this.#fields.keys()];
  }

  /**
   * The fields of the items of a list; they read `facts.item`.
   *
   * @throws when the field is unknown, or no list of items
   */
  itemsOf(name: string): FieldRegistry {
    const registry = this.#items.get(name);
    if (registry === undefined) throw new Error(`rule field '${name}' has no items`);
    return registry;
  }

  /** The answer of `GET /v1/rule-fields`, in the order of the rooms. */
  describe(): FieldDescription[] {
    return [...this.#fields.values()].map((field) => {
      const { field: name, label, description, about, type, unit, parameters, choices, range } = field;
      return {
        field: name,
        label,
        description,
        ...(about !== undefined && { about }),
        type,
        ...(unit !== undefined && { unit }),
        ...(parameters !== undefined && { parameters }),
        operators: operatorsOf(field),
        ...(choices !== undefined && { choices }),
        ...(range !== undefined && { range }),
        ...(field.items !== undefined && { items: this.itemsOf(name).describe() }),
      };
    });
  }
}

function readingItem(field: ItemField): Field {
  return { ...field, read: ({ item }) => item?.[field.field], sql: () => `item."${field.field}"` };
}

function refuseContradiction(field: Field): void {
  const foreign = field.operators?.find((operator) => !OPERATORS_OF[field.type].includes(operator));
  if (foreign !== undefined) {
    throw new Error(
      `rule field '${field.field}' of type ${field.type} cannot have the operator '${foreign}'`,
    );
  }
  if (field.type === 'choice' && field.choices === undefined) {
    throw new Error(`rule field '${field.field}' is a choice without choices`);
  }
  if ((field.type === 'items') !== (field.items !== undefined)) {
    throw new Error(
      `rule field '${field.field}' has to say what may be asked about its items, and only a list has`,
    );
  }
}
