import { fnv1a, type ShopperId } from '../shared/index.js';

const BUCKETS = 10_000;

/**
 * Whether a shopper is held out: the same answer everywhere and for ever, independent between scopes, and whoever
 * is held out at a share is held out at every larger one.
 *
 * @param scope `universal`, or the id of an offer
 * @param share 0 to 1
 */
export function isHeldOut(scope: string, shopperId: ShopperId, share: number): boolean {
  if (share <= 0) return false;
  // Hashed twice: the low digits of one FNV pass over similar ids are not independent enough.
  const bucket = fnv1a(`${fnv1a(`${scope}:${shopperId}`)}:${scope}`) % BUCKETS;
  return bucket < share * BUCKETS;
}
