import type { KeyId, ShopperId, StaffId, StoreId } from './ids.js';
import type { Instant } from './time.js';

export type StaffRole = 'admin' | 'marketer' | 'approver' | 'associate' | 'analyst';

/** Who is asking, as the credential says it; never as the body says it. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'gateway'; readonly keyId: KeyId; readonly storeId: StoreId }
  | { readonly kind: 'shopper'; readonly shopperId: ShopperId; readonly expiresAt: Instant }
  | { readonly kind: 'till'; readonly keyId: KeyId; readonly storeId: StoreId }
  | { readonly kind: 'service'; readonly keyId: KeyId }
  | {
      readonly kind: 'staff';
      readonly staffId: StaffId;
      readonly roles: readonly StaffRole[];
      /** Empty: every store. */
      readonly storeIds: readonly StoreId[];
    };

export type PrincipalOf<Kind extends Principal['kind']> = Extract<Principal, { kind: Kind }>;

/** A name for logs, audit and idempotency: kind and id, no secret. */
export function principalName(principal: Principal): string {
  switch (principal.kind) {
    case 'anonymous':
      return 'anonymous';
    case 'shopper':
      return `shopper:${principal.shopperId}`;
    case 'staff':
      return `staff:${principal.staffId}`;
    default:
      return `${principal.kind}:${principal.keyId}`;
  }
}
