import type { PrincipalOf, StoreId } from '../shared/index.js';

/** The stores that the back office or a member of staff may see; undefined for all of them. */
export function reachOf(principal: PrincipalOf<'service' | 'staff'>): readonly StoreId[] | undefined {
  if (principal.kind === 'service' || principal.storeIds.length === 0) return undefined;
  return principal.storeIds;
}

/** False for a store that is to look as if it did not exist. */
export function reaches(principal: PrincipalOf<'service' | 'staff'>, storeId: StoreId): boolean {
  return reachOf(principal)?.includes(storeId) ?? true;
}
