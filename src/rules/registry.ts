import type { AttributeValue, Facts } from '../shared/index.js';
import type { Operator } from './grammar.js';

/**
 * `instant` is milliseconds when read and RFC 3339 in a rule; `clock` is `HH:MM`, `monthDay` is `MM-DD`; `list` is
 * a list of texts; `any` is a value whose type is known only when it is read, such as a shopper's attribute.
 */
export type FieldType =
  'number' | 'text' | 'choice' | 'boolean' | 'instant' | 'list' | 'clock' | 'monthDay' | 'any';

/** What a field may read; `null` and `undefined` both say that it is not known. */
export type FieldValue = AttributeValue | undefined;

interface Parameter<Name extends string> {
  readonly name: Name;
  readonly type: 'text';
  readonly label: string;
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
  readonly description?: string;
  readonly type: FieldType;
  readonly unit?: string;
  readonly parameters?: readonly Parameter<Name>[];
  /** A subset of what the type allows; all of it when left out. */
  readonly operators?: readonly Operator[];
  /** The texts that may be compared with; needed by `choice`, possible for `list` and `text`. */
  readonly choices?: readonly string[];
  /** The least and greatest number that makes sense, e.g. `[0, 1]` for a probability. */
  readonly range?: readonly [number, number];
  /** `of` holds exactly the parameters. Names in it come from people: look them up in a Map, or by `Object.hasOwn`. */
  read(facts: Facts, of: Readonly<Record<Name, string>>): FieldValue;
  /**
   * The same as an expression of SQL, where plain columns say it: over `shopper` and `activity`, their rows, and
   * `consent.profiled`. Of type float8 for numbers and moments (in milliseconds), boolean, text[] for lists, jsonb for
   * `any`, else text; NULL where it is not known.
   */
  sql?(of: Readonly<Record<Name, string>>, parameter: SqlParameter): string;
}

/** Puts values into a statement as parameters. */
export interface SqlParameter {
  readonly text: (value: string) => string;
  /** The moment for which it is asked, in milliseconds. */
  readonly now: () => string;
}

/** One item of `GET /v1/rule-fields`. */
export type FieldDescription = Omit<Field, 'read' | 'sql' | 'operators'> & {
  readonly operators: readonly Operator[];
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
};

/** The operators a rule may use on `field`. */
export function operatorsOf(field: Field): readonly Operator[] {
  return field.operators ?? OPERATORS_OF[field.type];
}

/** Every field that a rule may ask about, by name. */
export class FieldRegistry {
  readonly #fields = new Map<string, Field>();

  /**
   * @param rooms the lists that the rooms export
   * @throws when two fields share a name, or one contradicts its own type: a defect, found at boot
   */
  constructor(...rooms: readonly (readonly Field[])[]) {
    for (const field of rooms.flat()) {
      if (this.#fields.has(field.field)) throw new Error(`rule field '${field.field}' is defined twice`);
      refuseContradiction(field);
      this.#fields.set(field.field, field);
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

  /** The answer of `GET /v1/rule-fields`, in the order of the rooms. */
  describe(): FieldDescription[] {
    return [...this.#fields.values()].map((field) => {
      const { field: name, label, description, type, unit, parameters, choices, range } = field;
      return {
        field: name,
        label,
        ...(description !== undefined && { description }),
        type,
        ...(unit !== undefined && { unit }),
        ...(parameters !== undefined && { parameters }),
        operators: operatorsOf(field),
        ...(choices !== undefined && { choices }),
        ...(range !== undefined && { range }),
      };
    });
  }
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
}
