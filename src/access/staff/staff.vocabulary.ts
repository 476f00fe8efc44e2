import { z } from 'zod';

/** An address for signing in: letters are the same in either case. */
export const emailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('expected an e-mail address'));

/** NIST SP 800-63B: length counts, composition rules do not. The upper bound keeps hashing cheap. */
export const password = z.string().min(12, 'a password has at least 12 characters').max(256);
