import type { Facts } from '../shared/index.js';
import type { FieldArguments } from './grammar.js';
import type { FieldValue } from './registry.js';

/** Things of one kind that a field is asked of one by one, all of which lie together in a shopper's view. */
export interface Among {
  /** The parameter that names one of them. */
  readonly parameter: string;
  /** All that are known, by name. Fields that are read from the same things have the same function here. */
  readonly things: (facts: Facts) => ReadonlyMap<string, unknown>;
  /** What the field's `read` gives of one of them; of undefined what it gives where there is none of that name. */
  readonly of: (thing: unknown, facts: Facts) => FieldValue;
}

/** Fields that are read from the same things: each is made of how it reads one of them. */
export function amongThings<Thing>(
  parameter: string,
  things: (facts: Facts) => ReadonlyMap<string, Thing>,
): (of: (thing: Thing | undefined, facts: Facts) => FieldValue) => Among {
  return (of) => ({ parameter, things, of: of as Among['of'] });
}

/** The name of the one thing that is asked about; undefined where the field is asked of something else. */
export function nameAmong({ parameter }: Among, of: FieldArguments = {}): string | undefined {
  return Object.hasOwn(of, parameter) ? of[parameter] : undefined;
}
