// The same rules in the language of each engine. Each gives {ask(moment, flat)}: the numbers of the rules that hold.
// All but `aislecue-from-views` are given the facts ready and flat, {f0, f1, …}.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const dist = path.resolve(import.meta.dirname, '../../dist');
const load = (file) => import(path.join(dist, file));

/** Every distinct thing that the rules ask about gets a short name that every language allows. */
export function namesOf(rules) {
  const names = new Map();
  for (const { rules: conditions } of rules) {
    for (const condition of conditions) {
      const key = keyOf(condition);
      if (!names.has(key)) names.set(key, { name: `f${names.size}`, condition });
    }
  }
  return names;
}

const keyOf = ({ field, of }) => JSON.stringify([field, of]);

export const ENGINES = {
  aislecue: async ({ rules, names, registry }) => {
    const { FieldRegistry, RuleIndex } = await load('rules/index.js');
    const index = RuleIndex.of(flatRules(rules, names), new FieldRegistry(flatFields(names, registry)));
    return { ask: (_, flat) => index.matching(flat) };
  },
  // As decisions would: the fields of the rooms read the shopper's view and the moment.
  'aislecue-from-views': async ({ rules, registry }) => {
    const { RuleIndex } = await load('rules/index.js');
    const index = RuleIndex.of(rules, registry);
    return { ask: (moment) => index.matching(moment) };
  },
  // What the index is worth: our own predicates, one after another.
  'aislecue-one-by-one': async ({ rules, names, registry }) => {
    const { compileRule, FieldRegistry } = await load('rules/index.js');
    const fields = new FieldRegistry(flatFields(names, registry));
    const predicates = flatRules(rules, names).map((rule) => compileRule(rule, fields));
    return { ask: (_, flat) => numbersWhere(predicates, (holds) => holds(flat)) };
  },
  'json-rules-engine': async ({ rules, names }) => {
    const { Engine } = require('json-rules-engine');
    const engine = new Engine([], { allowUndefinedFacts: true });
    rules.forEach((rule, number) => {
      engine.addRule({
        conditions: { all: rule.rules.flatMap((each) => jsonRules(each, nameIn(names, each))) },
        event: { type: 'holds', params: { number } },
      });
    });
    return {
      ask: async (_, flat) => {
        const { events } = await engine.run(flat);
        return events.map(({ params }) => params.number);
      },
    };
  },
  'json-logic-js': async ({ rules, names }) => {
    const jsonLogicJs = require('json-logic-js');
    const logics = rules.map((rule) => jsonLogic(rule, names));
    return { ask: (_, flat) => numbersWhere(logics, (logic) => jsonLogicJs.apply(logic, flat)) };
  },
  'json-logic-engine': async ({ rules, names }) => {
    const { LogicEngine } = require('json-logic-engine');
    const engine = new LogicEngine();
    const built = rules.map((rule) => engine.build(jsonLogic(rule, names)));
    return { ask: (_, flat) => numbersWhere(built, (holds) => holds(flat)) };
  },
  'cel-js': async ({ rules, names }) => {
    const { evaluate, parse } = await import('cel-js');
    const parsed = rules.map((rule) => {
      const text = rule.rules.map((each) => celOf(each, nameIn(names, each))).join(' && ');
      const result = parse(text);
      if (!result.isSuccess) throw new Error(`cel-js: ${result.errors.join(', ')} in ${text}`);
      return result.cst;
    });
    return { ask: (_, flat) => numbersWhere(parsed, (cst) => evaluate(cst, flat)) };
  },
  // A decision table that collects: a column for each thing, a line for each rule.
  zen: async ({ rules, names }) => {
    const { ZenEngine } = require('@gorules/zen-engine');
    const engine = new ZenEngine();
    const decision = engine.createDecision(zenTable(rules, names));
    return {
      ask: async (_, flat) => (await decision.evaluate(flat)).result.map(({ number }) => number),
      end: () => engine.dispose(),
    };
  },
};

function flatRules(rules, names) {
  return rules.map(({ combinator, rules: conditions }) => ({
    combinator,
    rules: conditions.map((each) => ({
      field: nameIn(names, each),
      operator: each.operator,
      value: each.value,
    })),
  }));
}

function flatFields(names, registry) {
  return [...names.values()].map(({ name, condition: { field } }) => {
    const { label, type, choices } = registry.get(field);
    return {
      field: name,
      label,
      description: label,
      type,
      ...(choices && { choices }),
      read: (flat) => flat[name],
    };
  });
}

function numbersWhere(list, holds) {
  const found = [];
  for (let number = 0; number < list.length; number += 1) if (holds(list[number])) found.push(number);
  return found;
}

function nameIn(names, condition) {
  return names.get(keyOf(condition)).name;
}

const JSON_RULES_OPERATORS = {
  '=': 'equal',
  '!=': 'notEqual',
  '<': 'lessThan',
  '<=': 'lessThanInclusive',
  '>': 'greaterThan',
  '>=': 'greaterThanInclusive',
  in: 'in',
  notIn: 'notIn',
  contains: 'contains',
};

function jsonRules({ operator, value }, fact) {
  if (operator !== 'between') return [{ fact, operator: JSON_RULES_OPERATORS[operator], value }];
  return [
    { fact, operator: 'greaterThanInclusive', value: value[0] },
    { fact, operator: 'lessThanInclusive', value: value[1] },
  ];
}

function jsonLogic({ rules }, names) {
  return { and: rules.map((each) => jsonLogicOf(each, { var: nameIn(names, each) })) };
}

function jsonLogicOf({ operator, value }, variable) {
  switch (operator) {
    case '=':
      return { '===': [variable, value] };
    case '!=':
      return { '!==': [variable, value] };
    case 'between':
      return { '<=': [value[0], variable, value[1]] };
    case 'in':
      return { in: [variable, value] };
    case 'notIn':
      return { '!': { in: [variable, value] } };
    case 'contains':
      return { in: [value, variable] };
    default:
      return { [operator]: [variable, value] };
  }
}

function celOf({ operator, value }, name) {
  const said = JSON.stringify(value);
  switch (operator) {
    case '=':
      return `${name} == ${said}`;
    case 'between':
      return `${name} >= ${value[0]} && ${name} <= ${value[1]}`;
    case 'in':
      return `${name} in ${said}`;
    case 'notIn':
      return `!(${name} in ${said})`;
    case 'contains':
      return `${said} in ${name}`;
    default:
      return `${name} ${operator} ${said}`;
  }
}

function zenTable(rules, names) {
  const columns = [...names.values()].map(({ name }) => ({ id: `in-${name}`, name, field: name }));
  // A cell must be there also where its line asks nothing.
  const blank = Object.fromEntries(columns.map(({ id }) => [id, '']));
  const lines = rules.map((rule, number) => {
    const cells = rule.rules.map((each) => {
      const name = nameIn(names, each);
      return [`in-${name}`, zenOf(each, name)];
    });
    return { _id: `line-${number}`, ...blank, ...Object.fromEntries(cells), out: String(number) };
  });
  return {
    nodes: [
      { id: 'in', type: 'inputNode', name: 'in' },
      {
        id: 'table',
        type: 'decisionTableNode',
        name: 'table',
        content: {
          hitPolicy: 'collect',
          inputs: columns,
          outputs: [{ id: 'out', name: 'number', field: 'number' }],
          rules: lines,
        },
      },
      { id: 'out', type: 'outputNode', name: 'out' },
    ],
    edges: [
      { id: 'first', sourceId: 'in', targetId: 'table', type: 'edge' },
      { id: 'second', sourceId: 'table', targetId: 'out', type: 'edge' },
    ],
  };
}

/** A unary test: about the value of its column, `$`. */
function zenOf({ operator, value }, name) {
  const said = JSON.stringify(value);
  switch (operator) {
    case '=':
      return said;
    case '!=':
      return `!= ${said}`;
    case 'between':
      return `[${value[0]}..${value[1]}]`;
    case 'in':
      return `in ${said}`;
    case 'notIn':
      return `not in ${said}`;
    case 'contains':
      return `contains(${name}, ${said})`;
    default:
      return `${operator} ${said}`;
  }
}
