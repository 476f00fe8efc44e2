import { ApiKeyEntity } from './keys/api-key.entity.js';
import { StaffEntity } from './staff/staff.entity.js';

export { AccessModule } from './access.module.js';
export { Audit } from './audit/audit.service.js';
export { isOfStores, ShopperLooks } from './looks/shopper-looks.js';
export { createKey } from './keys/keys.dto.js';
export { ApiKeys } from './keys/api-keys.service.js';
export { createStaff } from './staff/staff.dto.js';
export { StaffAccounts } from './staff/staff-accounts.service.js';
export { ShopperTokens } from './tokens/shopper-tokens.service.js';

/** What TypeORM maps of this room. */
export const accessEntities = [ApiKeyEntity, StaffEntity];
