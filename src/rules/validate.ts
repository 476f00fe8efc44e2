import { excerpt, Faults, type Fault } from './faults.js';
import {
  childPath,
  isGroup,
  memberPath,
  OPERATORS,
  type Condition,
  type FieldArguments,
  type Group,
  type Operator,
  type Rule,
} from './grammar.js';
import { checkOperand, refuseText } from './operand.js';
import { operatorsOf, type Field, type FieldRegistry } from './registry.js';

export type Validation =
  { readonly ok: true; readonly rule: Rule } | { readonly ok: false; readonly faults: readonly Fault[] };

const MAX_GROUP_DEPTH = 8;
const MAX_NODES = 200;
/** Deeper JSON than any rule within `MAX_GROUP_DEPTH` can be: a group and its list per level, two conditions, a value. */
const MAX_JSON_DEPTH = 2 * MAX_GROUP_DEPTH + 5;

const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const GROUP_KEYS: ReadonlySet<string> = new Set(['id', 'combinator', 'not', 'rules']);
const CONDITION_KEYS: ReadonlySet<string> = new Set([
  'id',
  'field',
  'of',
  'operator',
  'value',
  'valueSource',
]);

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Checks a rule from outside against the grammar and the registry. Nothing of `json` is kept by reference, and a good
 * rule equals what came in.
 *
 * @param json anything that JSON can say
 * @param path where the rule lies in the body, e.g. `eligibility`; the faults' paths start with it
 * @returns the rule, or what is wrong with it (the first 50 faults)
 */
export function validateRule(json: unknown, fields: FieldRegistry, path = ''): Validation {
  const faults = new Faults();
  refuseForbiddenKeys(json, path, 1, faults);
  const rule = new RuleReader(fields, faults, { nodes: 0 }).read(json, path, 1);
  return rule !== null && faults.found.length === 0
    ? { ok: true, rule }
    : { ok: false, faults: faults.found };
}

/** Reads one rule; each method gives `null` when it has added a fault, or has nothing to keep. */
class RuleReader {
  readonly #fields: FieldRegistry;
  readonly #faults: Faults;
  readonly #counted: { nodes: number };

  /** @param counted what has been read of the whole rule, also by whoever reads a part of it */
  constructor(fields: FieldRegistry, faults: Faults, counted: { nodes: number }) {
    this.#fields = fields;
    this.#faults = faults;
    this.#counted = counted;
  }

  read(json: unknown, path: string, groupDepth: number): Rule | null {
    this.#counted.nodes += 1;
    if (this.#counted.nodes > MAX_NODES)
      return this.#fault(path, 'too-many', `at most ${MAX_NODES} rules and groups`);
    if (!isObject(json)) return this.#fault(path, 'wrong-type', 'must be a condition or a group');
    const looksLikeGroup = Object.hasOwn(json, 'rules') || !Object.hasOwn(json, 'field');
    return looksLikeGroup ? this.#group(json, path, groupDepth) : this.#condition(json, path, groupDepth);
  }

  #group(json: JsonObject, path: string, groupDepth: number): Group | null {
    if (groupDepth > MAX_GROUP_DEPTH) {
      return this.#fault(path, 'too-deep', `at most ${MAX_GROUP_DEPTH} groups within each other`);
    }
    this.#refuseUnknownKeys(json, GROUP_KEYS, path);
    const id = this.#id(json, path);
    const combinator = this.#combinator(own(json, 'combinator'), memberPath(path, 'combinator'));
    const not = own(json, 'not');
    if (not !== undefined && typeof not !== 'boolean') {
      return this.#fault(memberPath(path, 'not'), 'wrong-type', 'must be true or false');
    }
    const rules = this.#members(own(json, 'rules'), path, groupDepth);
    if (combinator === null || rules === null) return null;
    return { ...(id !== null && { id }), combinator, ...(not !== undefined && { not }), rules };
  }

  #combinator(value: unknown, path: string): Group['combinator'] | null {
    if (value === 'and' || value === 'or') return value;
    if (value === undefined) return this.#fault(path, 'required', "a group needs 'and' or 'or'");
    return this.#fault(path, 'wrong-type', "must be 'and' or 'or'");
  }

  #members(members: unknown, path: string, groupDepth: number): Rule[] | null {
    if (members === undefined) {
      return this.#fault(memberPath(path, 'rules'), 'required', 'a group needs a list of rules');
    }
    if (!Array.isArray(members))
      return this.#fault(memberPath(path, 'rules'), 'wrong-type', 'must be a list');
    const rules: Rule[] = [];
    for (const [index, member] of members.entries()) {
      const rule = this.read(member, childPath(path, index), groupDepth + 1);
      if (rule !== null) rules.push(rule);
      if (this.#counted.nodes > MAX_NODES) return null;
    }
    return rules;
  }

  #condition(json: JsonObject, path: string, groupDepth: number): Condition | null {
    this.#refuseUnknownKeys(json, CONDITION_KEYS, path);
    const id = this.#id(json, path);
    const source = own(json, 'valueSource');
    if (source !== undefined && source !== 'value') {
      return this.#fault(memberPath(path, 'valueSource'), 'wrong-type', "can only be 'value'");
    }
    const field = this.#field(own(json, 'field'), memberPath(path, 'field'));
    const operator = this.#operator(own(json, 'operator'), field, memberPath(path, 'operator'));
    if (field === null || operator === null) return null;
    const of = this.#arguments(own(json, 'of'), field, memberPath(path, 'of'));
    const operand = own(json, 'value');
    const value =
      operator === 'matchesAny'
        ? this.#groupOfItems(operand, field, memberPath(path, 'value'), groupDepth)
        : checkOperand(operand, operator, field, memberPath(path, 'value'), this.#faults);
    return {
      ...(id !== null && { id }),
      field: field.field,
      ...(of !== null && { of }),
      operator,
      ...(value !== undefined && { value }),
      ...(source !== undefined && { valueSource: source }),
    };
  }

  /** What some item of a list has to meet: a group of the same rule, about the fields of its items. */
  #groupOfItems(json: unknown, field: Field, path: string, groupDepth: number): Group | undefined {
    if (!isObject(json) || Object.hasOwn(json, 'field')) {
      const names = this.#fields.itemsOf(field.field).names().join(', ');
      this.#faults.add(path, 'wrong-type', `'matchesAny' needs a group of conditions on: ${names}`);
      return undefined;
    }
    const reader = new RuleReader(this.#fields.itemsOf(field.field), this.#faults, this.#counted);
    const group = reader.read(json, path, groupDepth);
    return group !== null && isGroup(group) ? group : undefined;
  }

  #field(name: unknown, path: string): Field | null {
    if (name === undefined) return this.#fault(path, 'required', 'a condition needs a field');
    if (typeof name !== 'string') return this.#fault(path, 'wrong-type', 'must be a text');
    const known = this.#fields.find(name);
    return known ?? this.#fault(path, 'unknown-rule-field', `there is no field '${excerpt(name)}'`);
  }

  /** The operator is looked at even when the field is unknown, so that both can be mended at once. */
  #operator(name: unknown, field: Field | null, path: string): Operator | null {
    if (name === undefined) return this.#fault(path, 'required', 'a condition needs an operator');
    if (typeof name !== 'string') return this.#fault(path, 'wrong-type', 'must be a text');
    const operator = OPERATORS.find((known) => known === name);
    if (operator === undefined) {
      return this.#fault(path, 'unknown-operator', `there is no operator '${excerpt(name)}'`);
    }
    if (field === null || operatorsOf(field).includes(operator)) return operator;
    const allowed = operatorsOf(field).join(' ');
    return this.#fault(path, 'operator-not-allowed', `${field.field} can be compared with: ${allowed}`);
  }

  #arguments(json: unknown, field: Field, path: string): FieldArguments | null {
    const parameters = field.parameters ?? [];
    if (json === undefined && parameters.length === 0) return null;
    if (json === undefined) {
      const names = parameters.map(({ name, insteadOf }) => (insteadOf ? `or ${name}` : name)).join(', ');
      return this.#fault(path, 'required', `${field.field} needs: ${names}`);
    }
    if (!isObject(json)) return this.#fault(path, 'wrong-type', 'must be an object');
    const names = new Set(parameters.map((parameter) => parameter.name));
    this.#refuseUnknownKeys(json, names, path);
    const replaced = parameters.filter(({ name, insteadOf }) => insteadOf && own(json, name) !== undefined);
    for (const { name, insteadOf = '' } of replaced) {
      if (own(json, insteadOf) !== undefined)
        return this.#fault(
          memberPath(path, name),
          'unknown-field',
          `${field.field} is of a ${insteadOf} or of a ${name}`,
        );
    }
    const left = new Set(replaced.map(({ insteadOf }) => insteadOf));
    const wanted = parameters.filter((each) =>
      each.insteadOf === undefined ? !left.has(each.name) : replaced.includes(each),
    );
    const given = wanted.map(({ name }) => [name, this.#argument(own(json, name), memberPath(path, name))]);
    return Object.fromEntries(given) as FieldArguments;
  }

  #argument(value: unknown, path: string): string | null {
    if (value === undefined || value === '') return this.#fault(path, 'required', 'must be given');
    const refusal = refuseText(value);
    if (refusal !== undefined) return this.#fault(path, ...refusal);
    // An argument names a thing that a room looks up; these three it cannot hold.
    if (!FORBIDDEN_NAMES.has(value as string)) return value as string;
    return this.#fault(path, 'forbidden-key', 'is no name that can be looked up');
  }

  #id(json: JsonObject, path: string): string | null {
    const id = own(json, 'id');
    if (id === undefined) return null;
    const refusal = refuseText(id);
    return refusal === undefined ? (id as string) : this.#fault(memberPath(path, 'id'), ...refusal);
  }

  #refuseUnknownKeys(json: JsonObject, known: ReadonlySet<string>, path: string): void {
    for (const key of Object.keys(json)) {
      if (known.has(key) || FORBIDDEN_NAMES.has(key)) continue;
      this.#faults.add(
        memberPath(path, excerpt(key)),
        'unknown-field',
        `'${excerpt(key)}' is not known here`,
      );
    }
  }

  #fault(...fault: Parameters<Faults['add']>): null {
    this.#faults.add(...fault);
    return null;
  }
}

/** Looks through everything, also where the grammar would not look. What is deeper is refused by the grammar. */
function refuseForbiddenKeys(json: unknown, path: string, depth: number, faults: Faults): void {
  if (depth > MAX_JSON_DEPTH) return;
  if (Array.isArray(json)) {
    json.forEach((item, index) => refuseForbiddenKeys(item, `${path}[${index}]`, depth + 1, faults));
  } else if (isObject(json)) {
    for (const key of Object.keys(json)) {
      const member = memberPath(path, excerpt(key));
      if (FORBIDDEN_NAMES.has(key)) faults.add(member, 'forbidden-key', `'${key}' is not allowed`);
      else refuseForbiddenKeys(json[key], member, depth + 1, faults);
    }
  }
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function own(json: JsonObject, key: string): unknown {
  return Object.hasOwn(json, key) ? json[key] : undefined;
}
