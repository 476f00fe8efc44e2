import type { Principal, StoreId } from '../shared/index.js';
import type { OfferDocument } from './offer.schema.js';

type Placed = Pick<OfferDocument, 'trigger'>;

/** The stores a principal is kept to; undefined for all of them. */
export function storesOf(principal: Principal): readonly StoreId[] | undefined {
  return principal.kind === 'staff' && principal.storeIds.length > 0 ? principal.storeIds : undefined;
}

/** An offer can be seen where it can be made. */
export function maySee(principal: Principal, { trigger: { storeIds } }: Placed): boolean {
  const own = storesOf(principal);
  return own === undefined || storeIds.length === 0 || storeIds.some((storeId) => own.includes(storeId));
}

/** An offer is written by those who may in every store where it is made. */
export function mayWrite(principal: Principal, { trigger: { storeIds } }: Placed): boolean {
  const own = storesOf(principal);
  return own === undefined || (storeIds.length > 0 && storeIds.every((storeId) => own.includes(storeId)));
}
