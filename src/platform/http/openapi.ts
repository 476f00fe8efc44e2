import { z } from 'zod';
import type { RouteSpec } from './route.js';

const problem = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'stable, kebab-case' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, code: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
  required: ['type', 'title', 'status', 'code', 'detail', 'instance'],
};

/** The OpenAPI 3.1 document of the routes, made from the same schemas that check the requests. */
export function openApi(routes: readonly RouteSpec[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const spec of [...routes].sort((a, b) => a.path.localeCompare(b.path))) {
    (paths[spec.path] ??= {})[spec.method.toLowerCase()] = operationOf(spec);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Aislecue',
      version,
      description: 'Real-time, in-store proximity offers.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'API key, shopper token or staff session' },
      },
      schemas: { Problem: problem },
    },
  };
}

function operationOf(spec: RouteSpec): Record<string, unknown> {
  const failure = {
    description: 'Problem',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    summary: spec.summary,
    tags: [spec.tag],
    'x-allowed': spec.allow,
    security: spec.allow === 'anyone' ? [] : [{ bearer: [] }],
    parameters: [...parametersOf(spec.params, 'path'), ...parametersOf(spec.query, 'query')],
    ...requestBodyOf(spec),
    responses: {
      [String(spec.status ?? 200)]: {
        description: 'Success',
        ...(spec.answer === undefined
          ? {}
          : {
              content: {
                'application/json': { schema: schemaOf(spec.answer, 'output') },
                ...(spec.csv ? { 'text/csv': { schema: { type: 'string' } } } : {}),
              },
            }),
      },
      default: failure,
    },
  };
}

function requestBodyOf(spec: RouteSpec): Record<string, unknown> {
  if (spec.streamedBody !== undefined) {
    const content = Object.fromEntries(spec.streamedBody.map((type) => [type, {}]));
    return { requestBody: { required: true, content } };
  }
  if (spec.rawBody) return { requestBody: { required: true, content: { '*/*': {} } } };
  const schema = spec.bulkOf === undefined ? spec.body : z.array(spec.bulkOf).max(1000);
  return schema === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: schemaOf(schema, 'input') } },
        },
      };
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): Record<string, unknown>[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<
    string,
    unknown
  >;
  return rest;
}
