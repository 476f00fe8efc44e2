import { badRequest, decodeCursor, vocabulary } from '../platform/index.js';

/** The id after which a page of a list by UUIDv7, newest first, begins; undefined for the first page. */
export function idBefore(cursor: string | undefined): string | undefined {
  const keys = decodeCursor(cursor, 1);
  if (keys === undefined) return undefined;
  const id = vocabulary.keyId.safeParse(keys[0]);
  if (!id.success) throw badRequest('invalid-cursor', 'query.cursor: not one that this list gave');
  return id.data;
}
