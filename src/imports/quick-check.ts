import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';

/**
 * Accepts the good rows of a file many times as fast as its zod schema, by the same schema compiled to Ajv. What that
 * leaves out are trimming and what cannot be kept (both are nothing to do for the texts that {@link hasPlainTexts}
 * lets pass), and the schema's own refinements, which `complete` must repeat. It never refuses: what it does not accept
 * the schema judges, and words.
 *
 * @param complete gives what the schema would give for an item of its form; undefined to leave it to the schema
 */
export function quickly<Schema extends z.ZodType>(
  schema: Schema,
  complete: (item: z.input<Schema>) => object | undefined,
): (item: unknown) => z.output<Schema> | undefined {
  const accepts = new Ajv2020({ formats: { date: true, 'date-time': true } }).compile<z.input<Schema>>(
    z.toJSONSchema(schema, { io: 'input' }),
  );
  // The brands of ids are types only.
  return (item) =>
    hasPlainTexts(item) && accepts(item) ? (complete(item) as z.output<Schema> | undefined) : undefined;
}

/** No space at an end, no NUL, and no character outside the first plane, of which half could be missing. */
const PLAIN = /^(?!\s)[^\0\ud800-\udfff]*(?<!\s)$/;

/** True when trimming changes no text in it, and Postgres can keep each as it is. */
export function hasPlainTexts(value: unknown): boolean {
  if (typeof value === 'string') return PLAIN.test(value);
  if (typeof value !== 'object' || value === null) return true;
  for (const key in value) if (!hasPlainTexts((value as Record<string, unknown>)[key])) return false;
  return true;
}
