export { conditionsOf, isGroup, listsIn, type Rule } from './grammar.js';
export { FIELD_REGISTRY } from './field-registry.js';
export { FieldRegistry, type Field, type FieldValue, type ItemField } from './registry.js';
export { validateRule } from './validate.js';
export { compileRule, type Predicate } from './compile.js';
export { explainRule, type Explainer } from './explain.js';
export { describeRule } from './describe.js';
/** @public Asked by the bench of the rules; decisions ask one candidate after another, for the ledger's reasons. */
export { RuleIndex } from './matching/rule-index.js';
export { warningsOf } from './contradictions/warn.js';
