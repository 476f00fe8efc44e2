import { z } from 'zod';
import { route, vocabulary } from '../../platform/index.js';
import { emailAddress, password } from './staff.vocabulary.js';

const tag = 'access';
const role = z.enum(['admin', 'marketer', 'approver', 'associate', 'analyst']);
const fields = {
  email: emailAddress,
  displayName: vocabulary.name,
  password,
  roles: z
    .array(role)
    .min(1)
    .max(5)
    .transform((roles) => [...new Set(roles)]),
  storeIds: z.array(vocabulary.storeId).max(1_000).describe('empty: every store'),
  active: z.boolean(),
};
const newStaff = z.strictObject({
  ...fields,
  storeIds: fields.storeIds.default([]),
  active: fields.active.default(true),
});
const staffChange = z.strictObject(fields).partial();

const staffItem = z.object({
  staffId: z.guid(),
  email: z.string(),
  displayName: z.string(),
  roles: z.array(role),
  storeIds: z.array(z.string()),
  active: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

export const listStaff = route({
  method: 'GET',
  path: '/v1/staff',
  tag,
  summary: 'Staff, newest first',
  allow: ['admin'],
  ofChain: true,
  query: vocabulary.page,
  answer: vocabulary.pageOf(staffItem),
});

export const createStaff = route({
  method: 'POST',
  path: '/v1/staff',
  tag,
  summary: 'Adds a member of staff',
  allow: ['admin'],
  ofChain: true,
  body: newStaff,
  status: 201,
  answer: staffItem,
});

export const updateStaff = route({
  method: 'PATCH',
  path: '/v1/staff/{staffId}',
  tag,
  summary: 'Changes what is given; a new password or the end of `active` ends their sessions',
  allow: ['admin'],
  ofChain: true,
  params: z.strictObject({ staffId: vocabulary.staffId }),
  body: staffChange,
  answer: staffItem,
});

export type NewStaff = z.input<typeof newStaff>;
export type StaffChange = z.output<typeof staffChange>;
