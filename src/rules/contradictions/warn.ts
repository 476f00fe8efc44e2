import { describeRule } from '../describe.js';
import {
  childPath,
  groupOf,
  isGroup,
  memberPath,
  type Condition,
  type Group,
  type Rule,
} from '../grammar.js';
import { normalForm, type Literal } from '../matching/normal-form.js';
import { subjectKey } from '../matching/reading.js';
import type { FieldRegistry } from '../registry.js';
import { isSatisfiable } from './satisfiable.js';

/** Something about a good rule that its author will hardly have meant. */
export interface Warning {
  readonly path: string;
  readonly code: 'never-holds';
  readonly detail: string;
}

/** As many as there may be faults. */
const MAX_WARNINGS = 50;

/** A rule with where it lies; `wanted` is false below an odd number of `not`. */
interface Placed<R extends Rule = Rule> {
  readonly rule: R;
  readonly wanted: boolean;
  readonly path: string;
}

/**
 * The parts of a validated rule that can never hold: conditions on one thing that exclude each other, also across
 * groups (`visits > 5`, and below it `visits < 3`), and values that a field never has. Each subject is judged for
 * itself, exactly; that two different fields exclude each other is not seen.
 *
 * @param path where the rule lies; the paths start with it
 * @returns in the order of the rule, the first 50
 */
export function warningsOf(rule: Rule, fields: FieldRegistry, path = ''): readonly Warning[] {
  const reader = new Reader(fields);
  reader.canHold({ rule, wanted: true, path }, []);
  return reader.warnings.slice(0, MAX_WARNINGS);
}

class Reader {
  readonly warnings: Warning[] = [];
  readonly #fields: FieldRegistry;

  constructor(fields: FieldRegistry) {
    this.#fields = fields;
  }

  /** @param given what holds wherever this part is asked */
  canHold(part: Placed, given: readonly Placed<Condition>[]): boolean {
    const { conditions, alternatives, isImpossible } = partsOf(part);
    if (isImpossible) return this.#never(part.path, 'an empty group always holds, and this one must not');
    const all = [...given, ...conditions];
    const clash = this.#clashOf(conditions, all);
    if (clash !== undefined) return this.#never(part.path, clash);
    const items = conditions.map((each) => this.#itemsCanMatch(each));
    if (items.includes(false)) return false;
    // Each is judged, not only until the first that cannot hold: all of them are to be told.
    return alternatives.map((each) => this.#someCanHold(each, all)).every(Boolean);
  }

  /** False for a list that has to have an item as there can be none. */
  #itemsCanMatch({ rule, wanted, path }: Placed<Condition>): boolean {
    if (rule.operator !== 'matchesAny') return true;
    const reader = new Reader(this.#fields.itemsOf(rule.field));
    const can = reader.canHold({ rule: groupOf(rule), wanted: true, path: memberPath(path, 'value') }, []);
    this.warnings.push(...reader.warnings);
    return can || !wanted;
  }

  #someCanHold(group: Placed<Group>, given: readonly Placed<Condition>[]): boolean {
    const can = membersOf(group).map((member) => this.canHold(member, given));
    return can.includes(true) || this.#never(group.path, 'none of its alternatives can hold');
  }

  #never(path: string, detail: string): false {
    this.warnings.push({ path, code: 'never-holds', detail });
    return false;
  }

  /** Which of `all` exclude each other, of those on what `conditions` are about; in words. */
  #clashOf(conditions: readonly Placed<Condition>[], all: readonly Placed<Condition>[]): string | undefined {
    for (const subject of new Set(conditions.map(({ rule }) => subjectKey(rule)))) {
      const same = all.filter(({ rule }) => subjectKey(rule) === subject);
      if (this.#areSatisfiable(same)) continue;
      return this.#words(this.#fewestOf(same));
    }
    return undefined;
  }

  /** One condition or two that exclude each other where there are such, else all. */
  #fewestOf(same: readonly Placed<Condition>[]): readonly Placed<Condition>[] {
    const alone = same.find((each) => !this.#areSatisfiable([each]));
    if (alone !== undefined) return [alone];
    for (const [at, one] of same.entries()) {
      const other = same.slice(at + 1).find((each) => !this.#areSatisfiable([one, each]));
      if (other !== undefined) return [one, other];
    }
    return same;
  }

  #areSatisfiable(same: readonly Placed<Condition>[]): boolean {
    const [first] = same;
    if (first === undefined) return true;
    const literals = same.map(({ rule, wanted }) => normalForm(rule, wanted) as Literal);
    return isSatisfiable(literals, this.#fields.get(first.rule.field));
  }

  #words(clash: readonly Placed<Condition>[]): string {
    const said = clash.map(({ rule, wanted }) => {
      const words = describeRule(rule, this.#fields);
      return `“${wanted ? words : `not (${words})`}”`;
    });
    return said.length === 1 ? `${said.join()} can never hold` : `${said.join(' and ')} cannot hold together`;
  }
}

interface Parts {
  /** All of them have to hold; those of groups within that ask for all of theirs are among them. */
  readonly conditions: readonly Placed<Condition>[];
  /** Of each group some member has to. */
  readonly alternatives: readonly Placed<Group>[];
  readonly isImpossible: boolean;
}

function partsOf({ rule, wanted, path }: Placed): Parts {
  if (!isGroup(rule)) return { conditions: [{ rule, wanted, path }], alternatives: [], isImpossible: false };
  const group = { rule, wanted, path };
  if (rule.rules.length === 0) {
    return { conditions: [], alternatives: [], isImpossible: wanted === (rule.not ?? false) };
  }
  if (!asksForAll(group)) return { conditions: [], alternatives: [group], isImpossible: false };
  const parts = membersOf(group).map(partsOf);
  return {
    conditions: parts.flatMap(({ conditions }) => conditions),
    alternatives: parts.flatMap(({ alternatives }) => alternatives),
    isImpossible: parts.some(({ isImpossible }) => isImpossible),
  };
}

/** De Morgan: a negated `or` needs all of its members to fail. */
function asksForAll({ rule, wanted }: Placed<Group>): boolean {
  return (rule.combinator === 'and') === (wanted !== (rule.not ?? false));
}

function membersOf({ rule, wanted, path }: Placed<Group>): readonly Placed[] {
  const wantedOfMembers = wanted !== (rule.not ?? false);
  return rule.rules.map((member, at) => ({
    rule: member,
    wanted: wantedOfMembers,
    path: childPath(path, at),
  }));
}
