import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from './problem.js';

/** The entity tag of a version. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Whoever changes what exists must name the version they saw.
 *
 * @throws Problem 428 without `If-Match`, 412 when it names another version
 */
export function requireMatch(headers: IncomingHttpHeaders, version: number): void {
  const given = headers['if-match'];
  if (given === undefined) {
    throw new Problem(428, 'precondition-required', 'If-Match: name the ETag of the version you change.');
  }
  const tags = given.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (!tags.includes('*') && !tags.includes(etagOf(version))) {
    throw new Problem(412, 'precondition-failed', `If-Match: the present version is ${etagOf(version)}.`);
  }
}
