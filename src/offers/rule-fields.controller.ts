import { Controller, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, type Asked } from '../platform/index.js';
import { describeRule, FIELD_REGISTRY, FieldRegistry, validateRule, warningsOf } from '../rules/index.js';

const tag = 'rules';
const allow = ['service', 'admin', 'marketer', 'approver', 'analyst'] as const;

const itemAnswer = z.object({
  field: z.string(),
  label: z.string(),
  description: z.string(),
  type: z.string(),
  unit: z.string().optional(),
  operators: z.array(z.string()),
  choices: z.array(z.string()).optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
});
const fieldAnswer = itemAnswer.extend({
  about: z.literal('moment').optional().describe('known only during a visit'),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        type: z.string(),
        label: z.string(),
        insteadOf: z.string().optional().describe('the parameter in place of which it may be given'),
      }),
    )
    .optional(),
  items: z
    .array(itemAnswer)
    .optional()
    .describe('of a list: what matchesAny may ask about each of its items'),
});
const listFields = route({
  method: 'GET',
  path: '/v1/rule-fields',
  tag,
  summary: 'What a rule may ask about',
  allow,
  answer: z.object({ items: z.array(fieldAnswer), nextCursor: z.null() }),
});
const placed = z.object({ path: z.string(), code: z.string(), detail: z.string() });
const validate = route({
  method: 'POST',
  path: '/v1/rules/validate',
  tag,
  summary: 'Whether a rule is good, and what it says in words',
  allow,
  body: z.strictObject({ rule: z.unknown() }),
  answer: z.object({
    valid: z.boolean(),
    errors: z.array(placed),
    /** Of a good rule: the parts of it that can never hold. */
    warnings: z.array(placed),
    explained: z.string().nullable(),
  }),
});

@Controller()
export class RuleFieldsController {
  constructor(@Inject(FIELD_REGISTRY) private readonly fields: FieldRegistry) {}

  @Handles(listFields)
  list(_: Asked<typeof listFields>) {
    return { items: this.fields.describe(), nextCursor: null };
  }

  @Handles(validate)
  validate({ body }: Asked<typeof validate>) {
    const validation = validateRule(body.rule, this.fields, 'rule');
    if (!validation.ok) return { valid: false, errors: validation.faults, warnings: [], explained: null };
    return {
      valid: true,
      errors: [],
      warnings: warningsOf(validation.rule, this.fields, 'rule'),
      explained: describeRule(validation.rule, this.fields),
    };
  }
}
