import { conditionsOf, validateRule, type FieldRegistry, type Rule } from '../../rules/index.js';
import { badRequest, type Fault } from '../../platform/index.js';
import { SEGMENTS_FIELD } from './fields.js';

/**
 * A rule by which a shopper can be judged without a visit.
 *
 * @param mayAskForSegments false for the rule of a segment: one that leant on another could lean on itself, and its
 *   members would have to be judged in an order
 * @throws Problem 400 naming the path of each fault: those of the grammar, `needs-a-visit` for a field that is known
 *   only during one, `segment-in-segment`
 */
export function requireShopperRule(
  json: unknown,
  fields: FieldRegistry,
  { mayAskForSegments }: { mayAskForSegments: boolean },
): Rule {
  const validation = validateRule(json, fields, 'rule');
  const faults = validation.ok
    ? foreignIn(validation.rule, fields, mayAskForSegments)
    : [...validation.faults];
  if (validation.ok && faults.length === 0) return validation.rule;
  const code = faults.find((fault) => fault.code === 'unknown-field')?.code ?? 'invalid-request';
  throw badRequest(code, `${faults[0]?.path ?? ''}: ${faults[0]?.detail ?? ''}`, faults);
}

function foreignIn(rule: Rule, fields: FieldRegistry, mayAskForSegments: boolean): Fault[] {
  return [...conditionsOf(rule, 'rule')].flatMap(({ condition: { field }, path }) => {
    if (fields.get(field).about === 'moment') {
      const detail = `${field} is known only during a visit`;
      return [{ path: `${path}.field`, code: 'needs-a-visit', detail }];
    }
    if (field !== SEGMENTS_FIELD || mayAskForSegments) return [];
    const detail = 'a segment cannot be made of segments';
    return [{ path: `${path}.field`, code: 'segment-in-segment', detail }];
  });
}
