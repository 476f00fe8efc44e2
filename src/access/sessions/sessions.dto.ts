import { z } from 'zod';
import { route } from '../../platform/index.js';

const tag = 'access';

export const beginSession = route({
  method: 'POST',
  path: '/v1/sessions',
  tag,
  summary: 'Signs a member of staff in, for 12 hours; sets the cookie of the console',
  allow: 'anyone',
  // Looser than for accounts: what could be nobody's address or password is answered like any wrong one.
  body: z.strictObject({
    email: z.string().trim().toLowerCase().min(1).max(254),
    password: z.string().min(1).max(256),
  }),
  status: 201,
  answer: z.object({
    token: z.string(),
    expiresAt: z.string(),
    staff: z.object({
      staffId: z.guid(),
      email: z.string(),
      displayName: z.string(),
      roles: z.array(z.string()),
      storeIds: z.array(z.string()),
    }),
  }),
  ignoresIdempotencyKey: true,
});

export const endSession = route({
  method: 'DELETE',
  path: '/v1/sessions/current',
  tag,
  summary: 'Ends the session that asks',
  allow: ['admin', 'marketer', 'approver', 'associate', 'analyst'],
  status: 204,
});
