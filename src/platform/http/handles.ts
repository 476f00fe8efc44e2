import { applyDecorators, Delete, Get, HttpCode, Patch, Post, Put, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { AskedParameter } from './asked.js';
import { ROUTE, type Asked, type RouteSpec } from './route.js';

const verbs = { GET: Get, PUT: Put, POST: Post, PATCH: Patch, DELETE: Delete };

/** Binds a controller's method to a route; its one argument is `Asked<typeof thatRoute>`. */
export function Handles<Spec extends RouteSpec>(spec: Spec) {
  return <Method extends (asked: Asked<Spec>) => unknown>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const nestPath = spec.path.replace(/\{(\w+)\}/g, ':$1');
    applyDecorators(
      verbs[spec.method](nestPath),
      HttpCode(spec.status ?? 200),
      SetMetadata(ROUTE, spec),
      RouteConfig({
        streamsBody: spec.streamedBody !== undefined,
        bare: spec.unmetered === 'gateways',
        ...(spec.direct && { direct: { spec, controller: target.constructor, method: key } }),
      }),
    )(target, key, descriptor);
    AskedParameter()(target, key, 0);
  };
}
