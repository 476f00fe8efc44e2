import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Principal, PrincipalOf, StaffRole } from '../../shared/index.js';

/** Who a route lets in: kinds of principal, or staff by role. */
export type Allowed = Exclude<Principal['kind'], 'anonymous' | 'staff'> | StaffRole;

/** One route as data: guard, validation and OpenAPI all read it. */
export interface RouteSpec {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** As OpenAPI writes it: `/v1/stores/{storeId}`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly tag: string;
  readonly allow: 'anyone' | readonly Allowed[];
  /** What it touches belongs to all stores together: staff who are kept to some of them may not. */
  readonly ofChain?: true;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** JSON body; leave out for none. `rawBody` takes the bytes whatever their content type. */
  readonly body?: z.ZodType;
  readonly rawBody?: true;
  /** The handler reads the body as it comes, in these media types: of any size, for as long as it takes. */
  readonly streamedBody?: readonly string[];
  /** A bulk body: its items are checked one by one in the handler by `sortBulk`. */
  readonly bulkOf?: z.ZodType;
  /** The status of success; 200 unless told. */
  readonly status?: number;
  readonly answer?: z.ZodType;
  /** The answer also comes as CSV, by `asAccepted`. */
  readonly csv?: true;
  /** The key may come as `Basic` password or `?key=`: for gateways that can set no header. */
  readonly lenientCredential?: true;
  /** Sightings and sessions repeat by their own means. */
  readonly ignoresIdempotencyKey?: true;
  readonly requiresIdempotencyKey?: true;
  /** Answered without Nest's layers (`direct.ts`), because it is asked thousands of times a second. Takes no Idempotency-Key. */
  readonly direct?: true;
  /** Whose requests are not counted: probes of everybody, or what gateways send all the time (503 holds them back). */
  readonly unmetered?: 'all' | 'gateways';
}

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type BodyOf<Spec extends RouteSpec> = Spec['streamedBody'] extends readonly string[]
  ? Readable
  : Spec['rawBody'] extends true
    ? Buffer
    : Spec['bulkOf'] extends z.ZodType
      ? unknown
      : Output<Spec['body']>;
type PrincipalFor<Spec extends RouteSpec> = Spec['allow'] extends readonly (infer Each)[]
  ? PrincipalOf<Each extends StaffRole ? 'staff' : Extract<Each, Principal['kind']>>
  : Principal;

/** What a handler gets: checked and typed by the route's own schemas. */
export interface Asked<Spec extends RouteSpec> {
  principal: PrincipalFor<Spec>;
  params: Output<Spec['params']>;
  query: Output<Spec['query']>;
  body: BodyOf<Spec>;
  headers: FastifyRequest['headers'];
  receivedAt: number;
  /** As it came; of a streamed body only, others are read already. */
  contentType: string | undefined;
  fromLoopback: boolean;
  /** Where it came from, as far as proxies are trusted. */
  address: string;
}

/** Names a route; `const` keeps its literals, so that `Asked` knows who may ask. */
export function route<const Spec extends RouteSpec>(spec: Spec): Spec {
  return spec;
}

export const ROUTE = 'aislecue:route';

/** An answer with a status or headers of its own; plain values answer with the route's status. */
export class Answer {
  constructor(
    readonly body: unknown,
    readonly options: { status?: number; headers?: Record<string, string | string[]> } = {},
  ) {}
}

/** The request as this house keeps it while it is under way. */
export interface KnownRequest extends FastifyRequest {
  principal?: Principal;
  receivedAt?: number;
  /** The content type as it came, where the body is streamed. */
  contentType?: string | undefined;
}
