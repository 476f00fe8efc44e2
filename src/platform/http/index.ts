export { Handles } from './handles.js';
export { Answer, route, type Asked, type RouteSpec } from './route.js';
export { SESSION_COOKIE } from './credential.js';
export { Authenticator } from './guard.js';
export { RateLimits } from './rate-limits.js';
export { BULK_MAX, faultsOf, parse, sortBulk, type Rejection, type Sorted } from './validation.js';
export {
  Problem,
  badRequest,
  conflict,
  forbidden,
  notFound,
  signInClosed,
  tooLarge,
  unauthorized,
  unavailable,
  type Fault,
} from './problem.js';
export { problemOf } from './problem-filter.js';
export * as vocabulary from './vocabulary.js';
export type { Page } from './vocabulary.js';
export { etagOf, requireMatch } from './etag.js';
export { asAccepted, type Table } from './csv.js';
export { decodeCursor, pageFrom } from './cursor.js';
