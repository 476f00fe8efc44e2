import { createHmac } from 'node:crypto';
import type { StaffAccounts } from '../../access/index.js';
import type { Principal, StaffId } from '../../shared/index.js';
import { ApiError, type Api } from '../api.js';
import { DEMO_STAFF, type DemoFile, type DemoLogin, type DemoRole } from '../demo-file.js';

interface Member {
  staffId: string;
  email: string;
  createdAt: string;
}

/** The staff of the demo shop, signed in. */
export interface DemoStaff {
  logins: DemoFile['staff'];
  sessions: Record<'admin' | 'marketer' | 'approver', string>;
  /** When the shop was first set up: its first admin is the first thing made. */
  beganAt: number;
}

const OPERATOR: Principal = {
  kind: 'staff',
  staffId: '00000000-0000-7000-8000-000000000000' as StaffId,
  roles: ['admin'],
  storeIds: [],
};
const NAMES: Readonly<Record<DemoRole, string>> = {
  admin: 'Ada Admin',
  marketer: 'Max Marketer',
  approver: 'April Approver',
  associate: 'Asa Associate',
  analyst: 'Anna Analyst',
};

/**
 * Makes the staff, or finds them. Passwords come from the secret of the shop, so a set-up that was cut short knows
 * them; whose password no longer fits gets that one again.
 */
export async function settleStaff(api: Api, accounts: StaffAccounts, secret: string): Promise<DemoStaff> {
  const loginOf = (role: DemoRole): DemoLogin => ({
    email: `${role}@corner-market.example`,
    password: createHmac('sha256', secret).update(`demo staff ${role}`).digest('base64url').slice(0, 20),
  });
  const logins = Object.fromEntries(DEMO_STAFF.map((role) => [role, loginOf(role)])) as DemoFile['staff'];
  const admin = await firstAdmin(api, accounts, logins.admin);
  const members = await api.all<Member>('/v1/staff', admin);
  const sessions: Partial<Record<DemoRole, string>> = { admin };
  for (const role of DEMO_STAFF.slice(1)) {
    const member = members.find(({ email }) => email === logins[role].email);
    sessions[role] = await settleMember(api, admin, role, logins[role], member);
  }
  const beganAt = Date.parse(members.find(({ email }) => email === logins.admin.email)?.createdAt ?? '');
  return { logins, sessions: sessions as DemoStaff['sessions'], beganAt };
}

/** The first admin cannot be made by HTTP: nobody is there yet who might. */
async function firstAdmin(api: Api, accounts: StaffAccounts, login: DemoLogin): Promise<string> {
  const known = await accountOf(accounts, login.email);
  if (known === undefined) {
    const roles: ['admin'] = ['admin'];
    await accounts.create({ ...login, displayName: NAMES.admin, roles }, OPERATOR);
  } else {
    const session = await signIn(api, login);
    if (session !== undefined) return session;
    await accounts.update(known, { password: login.password, roles: ['admin'], active: true }, OPERATOR);
  }
  return mustSignIn(api, login);
}

async function accountOf(accounts: StaffAccounts, email: string): Promise<StaffId | undefined> {
  let cursor: string | undefined;
  do {
    const page = await accounts.list({ limit: 200, cursor });
    const found = page.items.find((item) => item.email === email);
    if (found !== undefined) return found.staffId;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return undefined;
}

async function settleMember(
  api: Api,
  admin: string,
  role: DemoRole,
  login: DemoLogin,
  member: Member | undefined,
): Promise<string> {
  if (member === undefined) {
    await api.post('/v1/staff', { ...login, displayName: NAMES[role], roles: [role] }, admin);
    return mustSignIn(api, login);
  }
  const session = await signIn(api, login);
  if (session !== undefined) return session;
  const body = { password: login.password, roles: [role], active: true };
  await api.call('PATCH', `/v1/staff/${member.staffId}`, { as: admin, body });
  return mustSignIn(api, login);
}

async function mustSignIn(api: Api, login: DemoLogin): Promise<string> {
  return (await api.post<{ token: string }>('/v1/sessions', login)).token;
}

/** Undefined where the password does not fit any more. */
async function signIn(api: Api, login: DemoLogin): Promise<string | undefined> {
  try {
    return await mustSignIn(api, login);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined;
    throw error;
  }
}
