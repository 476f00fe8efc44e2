import { createServer, type Server } from 'node:http';
import { SignJWT, exportJWK, generateKeyPair, type JWTPayload } from 'jose';
import { DataSource } from 'typeorm';
import { ShopperTokens, StaffAccounts } from '../../src/access/index.js';
import { ApiKeyEntity } from '../../src/access/keys/api-key.entity.js';
import { SignInThrottle } from '../../src/access/sessions/sign-in-throttle.js';
import { VerifiedCredentials } from '../../src/access/verified-credentials.js';
import { Bus, Clock } from '../../src/platform/index.js';
import type { KeyId, ShopperId, StaffId } from '../../src/shared/index.js';
import { moved } from '../support/metrics.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const DAY = 86_400;
const PASSWORD = 'correct horse battery';
const UNAUTHORIZED = { door: 'http', code: 'unauthorized' };
const NOBODY = '01900000-0000-7000-8000-000000000000';

interface Listed {
  keyId: string;
  auditId: string;
  action: string;
  before?: object;
}
const itemsOf = ({ body }: Reply): Listed[] => body.items as Listed[];

/** Checks 3, 8, 13, 14, 16, 27 and 28 of docs/security.md. */
let shop: Shop;
let admin: string;

beforeAll(async () => {
  shop = await startShop();
  admin = (await shop.staff('admin')).token;
  await shop.database.run(`INSERT INTO shoppers (shopper_id) VALUES ('ann')`);
});

afterAll(() => shop.stop());

describe('the schema', () => {
  it('is what the entities say', async () => {
    const { upQueries } = await shop.get(DataSource).driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });
});

describe('API keys', () => {
  const make = (body: object, headers: Record<string, string> = {}): Promise<Reply> =>
    shop.call('POST', '/v1/keys', { as: admin, body, headers });

  it('are shown once, listed by prefix and kept as a hash', async () => {
    const made = await make({ kind: 'gateway', storeId: 'north', label: 'door' });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      keyId: expect.any(String),
      kind: 'gateway',
      storeId: 'north',
      label: 'door',
      prefix: (made.body.key as string).slice(0, 17),
      key: expect.stringMatching(/^ac_gateway_[\w-]{43}$/),
      createdAt: expect.stringMatching(/Z$/),
    });
    const list = await shop.call('GET', '/v1/keys?limit=200', { as: admin });
    const listed = itemsOf(list).find(({ keyId }) => keyId === made.body.keyId);
    expect(listed).toMatchObject({ prefix: made.body.prefix, label: 'door' });
    expect(JSON.stringify(list.body)).not.toContain(made.body.key);
    const everything = await shop.database.query(
      'SELECT api_keys::text AS row FROM api_keys UNION ALL SELECT audit_log::text FROM audit_log',
    );
    expect(JSON.stringify(everything)).not.toContain(made.body.key);
  });

  it.each([
    ['a gateway without a store', { kind: 'gateway' }, 'storeId', 'required'],
    ['a till without a store', { kind: 'pos' }, 'storeId', 'required'],
    ['a service in a store', { kind: 'service', storeId: 'north' }, 'storeId', 'not-allowed'],
    ['a kind nobody knows', { kind: 'admin' }, 'kind', 'not-allowed'],
    ['a field nobody knows', { kind: 'service', role: 'admin' }, 'role', 'unknown-field'],
  ])('refuse %s', async (_, body, path, code) => {
    const reply = await make(body);
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toContainEqual(expect.objectContaining({ path, code }));
  });

  it('are made, listed and revoked by admins alone', async () => {
    const { token } = await shop.staff('marketer', 'analyst', 'approver', 'associate');
    for (const as of [token, shop.serviceKey, await shop.key('pos', 'north')]) {
      expect((await shop.call('GET', '/v1/keys', { as })).status).toBe(403);
      expect((await shop.call('POST', '/v1/keys', { as, body: { kind: 'service' } })).status).toBe(403);
      expect((await shop.call('DELETE', `/v1/keys/${NOBODY}`, { as })).status).toBe(403);
    }
    expect((await shop.call('GET', '/v1/keys')).status).toBe(401);
  });

  it('are refused at once when revoked, while a second one goes on', async () => {
    const [first, second] = await Promise.all([make({ kind: 'service' }), make({ kind: 'service' })]);
    const use = async (reply: Reply): Promise<number> =>
      (await shop.call('POST', '/v1/shoppers/ann/tokens', { as: reply.body.key })).status;
    expect([await use(first), await use(second)]).toEqual([201, 201]);
    const path = `/v1/keys/${first.body.keyId}`;
    expect((await shop.call('DELETE', path, { as: admin })).status).toBe(204);
    expect([await use(first), await use(second)]).toEqual([401, 201]);
    expect((await shop.call('DELETE', path, { as: admin })).status).toBe(204);
    expect((await shop.call('DELETE', `/v1/keys/${NOBODY}`, { as: admin })).status).toBe(404);
    const audit = await shop.call('GET', `/v1/audit?subject=key:${first.body.keyId}`, { as: admin });
    expect(itemsOf(audit).map(({ action }) => action)).toEqual(['key.revoked', 'key.created']);
  });

  it('are refused within 5 s by a process that missed the news', async () => {
    const { key, keyId } = (await make({ kind: 'service' })).body;
    const use = async (): Promise<number> =>
      (await shop.call('POST', '/v1/shoppers/ann/tokens', { as: key })).status;
    expect(await use()).toBe(201);
    await shop.database.run('UPDATE api_keys SET revoked_at = now() WHERE key_id = $1', [keyId]);
    expect(await until(use, (status) => status === 401, 5_000)).toBe(401);
  });

  it('are not remembered as good when they were revoked while being looked up', async () => {
    const memory = new VerifiedCredentials(shop.get(Bus), shop.get(Clock));
    const principal = { kind: 'service', keyId: NOBODY as KeyId } as const;
    const hash = Buffer.from('some key');
    const found = memory.principalOf(hash, async () => {
      shop.get(Bus).emit('credential.revoked', { credential: `service:${NOBODY}` });
      return Promise.resolve({ principal });
    });
    expect(await found).toEqual(principal);
    expect(await memory.principalOf(hash, () => Promise.resolve(undefined))).toBeUndefined();
  });

  it('come in pages, newest first', async () => {
    const first = await shop.call('GET', '/v1/keys?limit=2', { as: admin });
    const next = await shop.call('GET', `/v1/keys?limit=2&cursor=${first.body.nextCursor}`, { as: admin });
    const ids = [...itemsOf(first), ...itemsOf(next)].map(({ keyId }) => keyId);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    const forged = Buffer.from('["x"]').toString('base64url');
    const refused = await shop.call('GET', `/v1/keys?cursor=${forged}`, { as: admin });
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid-cursor']);
  });
});

describe('what opens nothing', () => {
  it.each(['mac:c3000012ab35', 'eddystone:00112233445566778899:aabbccddeeff', 'ibeacon', ''])(
    'is the identifier of a beacon: %j',
    async (beaconId) => {
      for (const path of ['/v1/me', '/v1/shoppers', '/v1/gateways/g1/meraki']) {
        expect((await shop.call('GET', path, { as: beaconId })).status).toBe(401);
      }
    },
  );

  it('is a search for nobody: it finds no first row', async () => {
    const { manager } = shop.get(DataSource);
    for (const nobody of [undefined, null]) {
      const search = manager.findOneBy(ApiKeyEntity, { keyId: nobody } as never);
      await expect(search).rejects.toThrow(/undefined|null/i);
    }
  });
});

describe('tokens of shoppers', () => {
  const ask = (path: string, as: string): Promise<Reply> => shop.call('GET', path, { as });

  it('are issued by the back office to shoppers who exist', async () => {
    const before = Date.now();
    const { status, body } = await shop.call('POST', '/v1/shoppers/ann/tokens', { as: shop.serviceKey });
    expect(status).toBe(201);
    const life = Date.parse(body.expiresAt as string) - before;
    expect(life).toBeGreaterThan((DAY - 10) * 1_000);
    expect(life).toBeLessThanOrEqual(DAY * 1_000 + 1_000);
    // A shopper is known, and may not: 403. Nobody known would be 401.
    expect((await ask('/v1/keys', body.token as string)).status).toBe(403);
    const short = await shop.call('POST', '/v1/shoppers/ann/tokens', {
      as: shop.serviceKey,
      body: { ttlSeconds: 600 },
    });
    expect(Date.parse(short.body.expiresAt as string) - Date.now()).toBeLessThanOrEqual(600_000);
  });

  it('are not issued to strangers, for longer than a day, or by others', async () => {
    const post = (path: string, as: string, body?: object): Promise<Reply> =>
      shop.call('POST', path, { as, ...(body === undefined ? {} : { body }) });
    expect((await post('/v1/shoppers/nobody/tokens', shop.serviceKey)).status).toBe(404);
    const long = await post('/v1/shoppers/ann/tokens', shop.serviceKey, { ttlSeconds: DAY + 1 });
    expect([long.status, long.body.errors[0].path]).toEqual([400, 'ttlSeconds']);
    for (const as of [admin, await shop.shopperToken('ann')]) {
      expect((await post('/v1/shoppers/ann/tokens', as)).status).toBe(403);
    }
  });

  it('are refused when anything about them is not right, each counted, and the good one goes on', async () => {
    const token = await shop.shopperToken('ann');
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JWTPayload;
    const { privateKey } = await generateKeyPair('EdDSA');
    const kid = (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
      .sign(privateKey);
    const hmac = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
      .sign(Buffer.from('test-secret-of-at-least-thirty-two-characters'));
    const bad = [
      `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.`,
      `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.${signature}`,
      `${header}.${encode({ ...claims, sub: 'bob' })}.${signature}`,
      forged,
      hmac,
      `${token}${'a'.repeat(4_096)}`,
      (await shop.get(ShopperTokens).issue('ann' as ShopperId, Date.now() - 2 * DAY * 1_000)).token,
      'not.a.token',
      'a.b',
    ];
    const count = await moved(shop.call, 'refusals_total', UNAUTHORIZED, async () => {
      for (const each of bad) {
        expect([each.slice(0, 20), (await ask('/v1/keys', each)).status]).toContain(401);
      }
    });
    expect(count).toBe(bad.length);
    expect((await ask('/v1/keys', token)).status).toBe(403);
  });
});

describe("tokens of the retailer's identity provider", () => {
  let provider: Server;
  let theirs: Shop;
  let rsa: Awaited<ReturnType<typeof generateKeyPair>>;
  let down = false;
  let fetched = 0;
  let keys: object[] = [];

  const published = async (pair: typeof rsa, kid: string, alg: string): Promise<object> => ({
    ...(await exportJWK(pair.publicKey)),
    kid,
    alg,
    use: 'sig',
  });

  beforeAll(async () => {
    rsa = await generateKeyPair('RS256');
    keys = [await published(rsa, 'r1', 'RS256')];
    provider = createServer((_request, response) => {
      fetched += 1;
      response.writeHead(down ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const { port } = provider.address() as { port: number };
    theirs = await startShop({
      JWKS_URL: `http://127.0.0.1:${port}/jwks`,
      JWT_ISSUER: 'https://id.shop.test',
      JWT_AUDIENCE: 'offers',
    });
  });

  afterAll(async () => {
    await theirs.stop();
    provider.close();
  });

  const statusOf = async (claims: object, header: object = {}, by = rsa.privateKey): Promise<number> => {
    const now = Math.floor(Date.now() / 1_000);
    const good = { iss: 'https://id.shop.test', aud: 'offers', sub: 'ann', iat: now, exp: now + 600 };
    const token = await new SignJWT(JSON.parse(JSON.stringify({ ...good, ...claims })) as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', kid: 'r1', ...header })
      .sign(by);
    return (await theirs.call('GET', '/v1/keys', { as: token })).status;
  };

  it('answer 503 while its keys cannot be had', async () => {
    down = true;
    expect(await statusOf({})).toBe(503);
    down = false;
    expect(await statusOf({})).toBe(403);
  });

  it.each(['not.a.token', 'e30.e30.e30', `${'a'.repeat(60)}.b.c`])(
    'are refused, not sent to the provider, when they are none: %s',
    async (token) => {
      expect((await theirs.call('GET', '/v1/keys', { as: token })).status).toBe(401);
    },
  );

  it('are known beside ours', async () => {
    expect((await theirs.call('GET', '/v1/keys', { as: await theirs.shopperToken('ann') })).status).toBe(403);
    expect((await theirs.call('GET', '/v1/keys', { as: await shop.shopperToken('ann') })).status).toBe(401);
  });

  it('are good by keys that are fetched once, and again when the provider rotates', async () => {
    for (let use = 0; use < 5; use += 1) expect(await statusOf({ jti: String(use) })).toBe(403);
    const before = fetched;
    for (let use = 5; use < 20; use += 1) expect(await statusOf({ jti: String(use) })).toBe(403);
    expect(fetched).toBe(before);
    const next = await generateKeyPair('EdDSA');
    keys = [await published(next, 'e2', 'EdDSA')];
    const withNext = (jti: string): Promise<number> =>
      statusOf({ jti }, { alg: 'EdDSA', kid: 'e2' }, next.privateKey);
    let tries = 0;
    await until(
      () => withNext(`next-${(tries += 1)}`),
      (status) => status === 403,
    );
    // The key that was taken back is good no more, and a flood of unknown keys is not passed on.
    expect(await statusOf({ jti: 'old' })).toBe(401);
    const settled = fetched;
    await Promise.all(
      Array.from({ length: 30 }, (_, each) => statusOf({ jti: `f${each}` }, { kid: `k${each}` })),
    );
    expect(fetched - settled).toBeLessThanOrEqual(2);
    keys = [await published(rsa, 'r1', 'RS256')];
    await until(
      () => statusOf({ jti: `back-${(tries += 1)}` }),
      (status) => status === 403,
    );
  });

  it('are refused with an algorithm that is not pinned, though the provider publishes its key', async () => {
    const other = await generateKeyPair('ES256');
    keys = [...keys, await published(other, 'p1', 'ES256')];
    expect(await statusOf({}, { alg: 'ES256', kid: 'p1' }, other.privateKey)).toBe(401);
  });

  const now = Math.floor(Date.now() / 1_000);
  it.each<[string, object, object]>([
    ['another issuer', { iss: 'https://evil.test' }, {}],
    ['our own name as issuer', { iss: 'aislecue' }, {}],
    ['another audience', { aud: 'other' }, {}],
    ['no end', { exp: undefined }, {}],
    ['no beginning', { iat: undefined }, {}],
    ['more than a day', { iat: now, exp: now + DAY + 1 }, {}],
    ['an end that is past', { iat: now - 900, exp: now - 60 }, {}],
    ['a beginning to come', { iat: now + 600, exp: now + 900 }, {}],
    ['a time before which it does not hold', { nbf: now + 300 }, {}],
    ['no subject', { sub: undefined }, {}],
    ['a subject that is no shopperId', { sub: 'ann or 1=1' }, {}],
    ['a key the provider does not have', {}, { kid: 'r2' }],
  ])('are refused with %s, and counted', async (_, claims, header) => {
    const count = await moved(theirs.call, 'refusals_total', UNAUTHORIZED, async () =>
      expect(await statusOf(claims, header)).toBe(401),
    );
    expect(count).toBe(1);
  });
});

describe('staff', () => {
  const create = (body: object): Promise<Reply> => shop.call('POST', '/v1/staff', { as: admin, body });
  const patch = (staffId: string, body: object): Promise<Reply> =>
    shop.call('PATCH', `/v1/staff/${staffId}`, { as: admin, body });
  const signIn = (email: string, password = PASSWORD): Promise<Reply> =>
    shop.call('POST', '/v1/sessions', { body: { email, password } });
  const newcomer = async (
    email: string,
    roles = ['marketer'],
  ): Promise<{ staffId: string; token: string }> => {
    const { body } = await create({ email, displayName: 'New', password: PASSWORD, roles });
    return { staffId: body.staffId, token: (await signIn(email)).body.token };
  };

  it('are added under an address that nobody else has, in whatever case', async () => {
    const body = { email: ' Mia@Shop.test', displayName: 'Mia', password: PASSWORD, roles: ['analyst'] };
    const { status, body: mia } = await create(body);
    expect(status).toBe(201);
    expect(mia).toMatchObject({ email: 'mia@shop.test', roles: ['analyst'], storeIds: [], active: true });
    expect(JSON.stringify(mia)).not.toMatch(/password|argon/);
    const again = await create({ ...body, email: 'MIA@shop.TEST' });
    expect([again.status, again.body.code]).toEqual([409, 'email-taken']);
    const other = await newcomer('mio@shop.test');
    expect((await patch(other.staffId, { email: 'mia@shop.test' })).body.code).toBe('email-taken');
    const kept = await shop.database.query<{ password_hash: string }>('SELECT password_hash FROM staff');
    for (const { password_hash } of kept)
      expect(password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it.each([
    ['a short password', { password: 'eleven char' }, 'password'],
    ['no role', { roles: [] }, 'roles'],
    ['a role nobody knows', { roles: ['root'] }, 'roles[0]'],
    ['no address', { email: 'mia' }, 'email'],
    ['a hash', { passwordHash: 'x' }, 'passwordHash'],
  ])('are not added with %s', async (_, change, path) => {
    const body = { email: 'x@shop.test', displayName: 'X', password: PASSWORD, roles: ['admin'], ...change };
    const reply = await create(body);
    expect([reply.status, reply.body.errors[0].path]).toEqual([400, path]);
  });

  it('may do what they may from the moment it is changed', async () => {
    const { staffId, token } = await newcomer('role@shop.test');
    const status = async (): Promise<number> => (await shop.call('GET', '/v1/audit', { as: token })).status;
    expect(await status()).toBe(403);
    expect((await patch(staffId, { roles: ['analyst'] })).body.roles).toEqual(['analyst']);
    expect(await status()).toBe(200);
    await patch(staffId, { roles: ['marketer'] });
    expect(await status()).toBe(403);
    const { body } = await shop.call('GET', `/v1/audit?subject=staff:${staffId}`, { as: admin });
    expect(body.items[0]).toMatchObject({
      action: 'staff.changed',
      actor: expect.stringMatching(/^staff:/),
      before: { roles: ['analyst'] },
      after: { roles: ['marketer'] },
    });
  });

  it('are out at once when no longer active, and cannot come back in', async () => {
    const { staffId, token } = await newcomer('gone@shop.test', ['analyst']);
    expect((await shop.call('GET', '/v1/audit', { as: token })).status).toBe(200);
    expect((await patch(staffId, { active: false })).body.active).toBe(false);
    expect((await shop.call('GET', '/v1/audit', { as: token })).status).toBe(401);
    expect((await signIn('gone@shop.test')).body.code).toBe('wrong-credentials');
    await patch(staffId, { active: true });
    expect((await shop.call('GET', '/v1/audit', { as: token })).status).toBe(401);
    expect((await signIn('gone@shop.test')).status).toBe(201);
  });

  it('lose their sessions with their password, and the audit holds neither', async () => {
    const { staffId, token } = await newcomer('pass@shop.test');
    const fresh = 'another horse entirely';
    expect((await patch(staffId, { password: fresh })).status).toBe(200);
    expect((await shop.call('DELETE', '/v1/sessions/current', { as: token })).status).toBe(401);
    expect((await signIn('pass@shop.test')).status).toBe(401);
    expect((await signIn('pass@shop.test', fresh)).status).toBe(201);
    const { body } = await shop.call('GET', '/v1/audit?limit=200', { as: admin });
    expect(JSON.stringify(body)).not.toMatch(/horse|argon2/);
    expect(JSON.stringify(body)).toContain('"passwordChanged":true');
  });

  it('are not found under an id that nobody has', async () => {
    expect((await patch(NOBODY, { displayName: 'X' })).status).toBe(404);
  });

  it('always keep one active admin, even when two demote each other at once', async () => {
    const alone = await startShop();
    try {
      const ids = [await alone.staff('admin'), await alone.staff('admin')].map(
        ({ staffId }) => staffId as StaffId,
      );
      const accounts = alone.get(StaffAccounts);
      const actor = { kind: 'service', keyId: NOBODY as KeyId } as const;
      const demotions = ids.map((id) => accounts.update(id, { roles: ['analyst'] }, actor));
      const refused = (await Promise.allSettled(demotions)).filter(({ status }) => status === 'rejected');
      expect(refused).toMatchObject([{ reason: { status: 409, code: 'last-admin' } }]);
      const [{ count } = { count: 0 }] = await alone.database.query<{ count: number }>(
        `SELECT count(*) FROM staff WHERE active AND 'admin' = ANY (roles)`,
      );
      expect(count).toBe(1);
    } finally {
      await alone.stop();
    }
  });
});

describe('sessions', () => {
  const signIn = (email: string, password: string): Promise<Reply> =>
    shop.call('POST', '/v1/sessions', { body: { email, password } });
  const add = (email: string): Promise<Reply> =>
    shop.call('POST', '/v1/staff', {
      as: admin,
      body: { email, displayName: 'S', password: PASSWORD, roles: ['analyst', 'marketer'] },
    });

  it('come with a cookie that scripts cannot read, and end when asked', async () => {
    await add('cookie@shop.test');
    const { status, body, headers } = await signIn('Cookie@Shop.test', PASSWORD);
    expect(status).toBe(201);
    expect(body).toEqual({
      token: expect.stringMatching(/^ac_session_[\w-]{43}$/),
      expiresAt: expect.stringMatching(/Z$/),
      staff: {
        staffId: expect.any(String),
        email: 'cookie@shop.test',
        displayName: 'S',
        roles: ['analyst', 'marketer'],
        storeIds: [],
      },
    });
    expect(headers.get('set-cookie')).toBe(
      `aislecue_session=${body.token}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict`,
    );
    const other = (await signIn('cookie@shop.test', PASSWORD)).body.token;
    const cookie = { cookie: `theme=dark; aislecue_session=${body.token}`, 'x-requested-with': 'console' };
    expect((await shop.call('GET', '/v1/audit', { headers: cookie })).status).toBe(200);
    const ended = await shop.call('DELETE', '/v1/sessions/current', { headers: cookie });
    expect([ended.status, ended.headers.get('set-cookie')]).toEqual([
      204,
      'aislecue_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
    expect((await shop.call('GET', '/v1/audit', { headers: cookie })).status).toBe(401);
    expect((await shop.call('GET', '/v1/audit', { as: other })).status).toBe(200);
  });

  it('are kept as hashes and not beyond their time', async () => {
    await add('late@shop.test');
    const { token } = (await signIn('late@shop.test', PASSWORD)).body;
    const rows = await shop.database.query('SELECT staff_sessions::text AS row FROM staff_sessions');
    expect(JSON.stringify(rows)).not.toContain(token);
    await shop.database.run(
      `UPDATE staff_sessions SET expires_at = now() - interval '1 second'
       WHERE staff_id = (SELECT staff_id FROM staff WHERE email = 'late@shop.test')`,
    );
    expect((await shop.call('GET', '/v1/audit', { as: token })).status).toBe(401);
  });

  it('answer a wrong password and an unknown account alike, and close both after five', async () => {
    await add('guess@shop.test');
    for (const email of ['guess@shop.test', 'nobody@shop.test']) {
      const replies = await Promise.all(Array.from({ length: 12 }, () => signIn(email, 'wrong guess it is')));
      const wrong = replies.filter(({ status }) => status === 401);
      const closed = replies.filter(({ status }) => status === 429);
      expect([email, wrong.length, closed.length]).toEqual([email, 5, 7]);
      expect(wrong[0]!.body).toEqual({
        type: 'https://aislecue.dev/problems/wrong-credentials',
        title: 'Unauthorized',
        status: 401,
        code: 'wrong-credentials',
        detail: 'This e-mail address and password do not go together.',
        instance: '/v1/sessions',
      });
      const seconds = Number(closed[0]!.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(50);
      expect(seconds).toBeLessThanOrEqual(60);
    }
    expect((await signIn('guess@shop.test', PASSWORD)).status).toBe(429);
  });

  it('forget earlier slips of the one who knows the password', async () => {
    await add('slip@shop.test');
    for (let round = 0; round < 2; round += 1) {
      for (let slip = 0; slip < 4; slip += 1) await signIn('slip@shop.test', 'slipped again');
      expect((await signIn('slip@shop.test', PASSWORD)).status).toBe(201);
    }
  });

  it('do not begin while Redis is down, for guesses are not counted then; those that began go on', async () => {
    await add('alone@shop.test');
    shop.redis.request.disconnect();
    try {
      for (const password of ['wrong guess it is', PASSWORD]) {
        const closed = await signIn('alone@shop.test', password);
        expect([closed.status, closed.body.code]).toEqual([503, 'unavailable']);
        expect(Number(closed.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      expect((await shop.call('GET', '/v1/keys', { as: admin })).status).toBe(200);
      // Where addresses are not counted, the account's own count closes it.
      const throttle = shop.get(SignInThrottle);
      await expect(throttle.waitMs('alone@shop.test')).rejects.toMatchObject({ status: 503 });
      await expect(throttle.failed('alone@shop.test')).rejects.toMatchObject({ status: 503 });
    } finally {
      await shop.redis.request.connect();
    }
    expect((await signIn('alone@shop.test', PASSWORD)).status).toBe(201);
  });

  it('are counted for all processes together', async () => {
    await add('fleet@shop.test');
    const keys = async (): Promise<string[]> => shop.redis.request.keys(`${shop.redis.prefix}:sign-in:*`);
    const before = new Set(await keys());
    await signIn('fleet@shop.test', 'wrong guess it is');
    const [key] = (await keys()).filter((each) => !before.has(each));
    expect(await shop.redis.request.pttl(key!)).toBeGreaterThan(0);
    const now = Date.now();
    await shop.redis.request.zadd(key!, ...[1, 2, 3, 4].flatMap((each) => [now, `elsewhere-${each}`]));
    expect((await signIn('fleet@shop.test', PASSWORD)).status).toBe(429);
  });
});

describe('the audit log', () => {
  it('is read by admins and analysts, in pages', async () => {
    const { token: analyst } = await shop.staff('analyst');
    const { token: marketer } = await shop.staff('marketer');
    const first = await shop.call('GET', '/v1/audit?limit=3', { as: analyst });
    expect(first.body.items).toHaveLength(3);
    const next = await shop.call('GET', `/v1/audit?limit=3&cursor=${first.body.nextCursor}`, { as: analyst });
    const ids = [...itemsOf(first), ...itemsOf(next)].map(({ auditId }) => auditId);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    for (const as of [marketer, shop.serviceKey]) {
      expect((await shop.call('GET', '/v1/audit', { as })).status).toBe(403);
    }
  });

  it('is narrowed by who, what, whom and when', async () => {
    const { token, staffId } = await shop.staff('admin');
    const since = new Date().toISOString();
    const made = await shop.call('POST', '/v1/keys', { as: token, body: { kind: 'service' } });
    await shop.call('DELETE', `/v1/keys/${made.body.keyId}`, { as: token });
    const actions = async (query: string): Promise<string[]> =>
      itemsOf(await shop.call('GET', `/v1/audit?${query}`, { as: admin })).map(({ action }) => action);
    const by = `actor=staff:${staffId}`;
    expect(await actions(by)).toEqual(['key.revoked', 'key.created']);
    expect(await actions(`${by}&action=key`)).toEqual(['key.revoked', 'key.created']);
    expect(await actions(`${by}&action=key.created`)).toEqual(['key.created']);
    expect(await actions(`${by}&action=ke`)).toEqual([]);
    expect(await actions(`${by}&from=${since}&subject=key:${made.body.keyId}`)).toHaveLength(2);
    expect(await actions(`${by}&to=${since}`)).toEqual([]);
  });

  it('tells who looked at a shopper', async () => {
    const { token, staffId } = await shop.staff('analyst');
    expect((await shop.call('GET', '/v1/shoppers/ann', { as: token })).status).toBe(200);
    expect((await shop.call('GET', '/v1/shoppers/nobody', { as: token })).status).toBe(404);
    const { body } = await shop.call('GET', `/v1/audit?actor=staff:${staffId}`, { as: admin });
    expect(body.items).toMatchObject([{ action: 'shopper.viewed', subject: 'shopper:ann' }]);
  });

  it.each(['UPDATE audit_log SET actor = $1', 'DELETE FROM audit_log WHERE actor <> $1'])(
    'refuses %s',
    async (sql) => {
      await expect(shop.database.run(sql, ['somebody'])).rejects.toThrow('append-only');
    },
  );

  it('refuses to be emptied', async () => {
    await expect(shop.database.run('TRUNCATE audit_log')).rejects.toThrow('append-only');
  });
});
