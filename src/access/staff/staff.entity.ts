import type { Instant, StaffId, StaffRole, StoreId } from '../../shared/index.js';
import { asInstant, tableOf } from '../orm.js';

/** A row of staff. */
export interface Staff {
  staffId: StaffId;
  /** In lower case. */
  email: string;
  displayName: string;
  passwordHash: string;
  roles: StaffRole[];
  /** Empty: every store. */
  storeIds: StoreId[];
  active: boolean;
  createdAt: Instant;
  updatedAt: Instant;
}

/** Constraints carry the names that Postgres gave them. */
export const StaffEntity = tableOf<Staff>({
  name: 'Staff',
  tableName: 'staff',
  columns: {
    staffId: { name: 'staff_id', type: 'uuid', primary: true, primaryKeyConstraintName: 'staff_pkey' },
    email: { type: 'text' },
    displayName: { name: 'display_name', type: 'text' },
    passwordHash: { name: 'password_hash', type: 'text' },
    roles: { type: 'text', array: true },
    storeIds: { name: 'store_ids', type: 'text', array: true, default: () => `'{}'` },
    active: { type: 'boolean', default: true },
    createdAt: { name: 'created_at', type: 'timestamptz', default: () => 'now()', transformer: asInstant },
    updatedAt: { name: 'updated_at', type: 'timestamptz', default: () => 'now()', transformer: asInstant },
  },
  uniques: [{ name: 'staff_email_key', columns: ['email'] }],
});
