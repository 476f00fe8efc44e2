import { OpenIdServer } from '../support/openid-provider.js';
import { startShop, type Shop } from '../support/shop.js';

const PUBLIC_URL = 'http://offers.shop.test';
const CALLBACK = `${PUBLIC_URL}/v1/sessions/oidc/callback`;

/** Sign-in of staff by a real OpenID provider; check 13 of docs/security.md. */
let provider: OpenIdServer;
let shop: Shop;

beforeAll(async () => {
  provider = await OpenIdServer.start({
    id: 'aislecue',
    secret: 'a secret of the client',
    redirectUri: CALLBACK,
  });
  shop = await startShop({
    ROLE: 'api',
    PUBLIC_URL,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: 'aislecue',
    OIDC_CLIENT_SECRET: 'a secret of the client',
  });
  const { token } = await shop.staff('admin');
  for (const [email, active] of [
    ['mia@shop.test', true],
    ['gone@shop.test', false],
  ]) {
    const body = { email, active, displayName: 'M', password: 'correct horse battery', roles: ['analyst'] };
    expect((await shop.call('POST', '/v1/staff', { as: token, body })).status).toBe(201);
  }
});
afterAll(async () => {
  await shop.stop();
  provider.stop();
});

const go = (path: string, cookie = ''): Promise<Response> =>
  fetch(shop.url + path, { redirect: 'manual', headers: { cookie } });
const cookiesOf = (reply: Response): Map<string, string> =>
  new Map(reply.headers.getSetCookie().map((line) => [line.split('=')[0]!, line]));
const pairOf = (line = ''): string => line.split(';')[0]!;

/** From the door to the provider and back again: the way in, not yet taken. */
async function wayIn(email: string, verified = true, query = ''): Promise<{ path: string; attempt: string }> {
  provider.next = { email, verified };
  const start = await go(`/v1/sessions/oidc/start${query}`);
  expect(start.status).toBe(302);
  const back = await provider.signIn(start.headers.get('location')!);
  expect(back.startsWith(`${CALLBACK}?`)).toBe(true);
  return {
    path: back.slice(PUBLIC_URL.length),
    attempt: pairOf(cookiesOf(start).get('aislecue_oidc')),
  };
}
const codeOf = async (reply: Response): Promise<[number, string]> => [
  reply.status,
  ((await reply.json()) as { code: string }).code,
];

describe('signing in by an OpenID provider', () => {
  it('asks with a code, PKCE, state and nonce, which only a sealed cookie carries', async () => {
    const start = await go('/v1/sessions/oidc/start');
    const { searchParams: asked } = new URL(start.headers.get('location')!);
    expect(Object.fromEntries(asked)).toEqual({
      client_id: 'aislecue',
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'openid email',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const cookie = cookiesOf(start).get('aislecue_oidc')!;
    expect(cookie).toMatch(/; Path=\/v1\/sessions\/oidc; Max-Age=600; HttpOnly; SameSite=Lax$/);
    expect(Buffer.from(pairOf(cookie).split('=')[1]!, 'base64url').toString()).not.toContain(
      asked.get('state'),
    );
  });

  it('gives the member of staff with that verified address a session, and goes on to the page', async () => {
    const { path, attempt } = await wayIn('Mia@Shop.test', true, '?returnTo=/floor/?store=s1');
    const reply = await go(path, attempt);
    expect([reply.status, reply.headers.get('location')]).toEqual([302, '/floor/?store=s1']);
    const cookies = cookiesOf(reply);
    expect(cookies.get('aislecue_session')).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(cookies.get('aislecue_oidc')).toMatch(/Max-Age=0/);
    const audit = await shop.call('GET', '/v1/audit', {
      headers: { cookie: pairOf(cookies.get('aislecue_session')) },
    });
    expect(audit.status).toBe(200);
  });

  it.each([
    ['nobody on the staff', 'eve@shop.test', true, 403, 'no-account'],
    ['who left', 'gone@shop.test', true, 403, 'no-account'],
    ['an address that the provider has not verified', 'mia@shop.test', false, 401, 'sign-in-refused'],
  ])('refuses %s', async (_, email, verified, status, code) => {
    const { path, attempt } = await wayIn(email, verified);
    const reply = await go(path, attempt);
    expect(cookiesOf(reply).has('aislecue_session')).toBe(false);
    expect(await codeOf(reply)).toEqual([status, code]);
  });

  it('refuses a way back that began elsewhere, is forged, or was taken before', async () => {
    const [own, other] = [await wayIn('mia@shop.test'), await wayIn('mia@shop.test')];
    const refused = [401, 'sign-in-refused'];
    expect(await codeOf(await go(own.path))).toEqual(refused);
    expect(await codeOf(await go(own.path, other.attempt))).toEqual(refused);
    expect(await codeOf(await go(own.path, 'aislecue_oidc=AAAA'))).toEqual(refused);
    expect(await codeOf(await go(own.path.replace(/state=[^&]+/, 'state=x'), own.attempt))).toEqual(refused);
    expect(
      await codeOf(await go(own.path.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.test'), own.attempt)),
    ).toEqual(refused);
    expect((await go(other.path, other.attempt)).status).toBe(302);
    expect(await codeOf(await go(other.path, other.attempt))).toEqual(refused);
  });

  it.each(['//evil.test', 'https://evil.test', '/%5Cevil.test'])('sends nobody to %s', async (returnTo) => {
    const reply = await go(`/v1/sessions/oidc/start?returnTo=${returnTo}`);
    expect(reply.status).toBe(400);
  });
});

describe('without the provider', () => {
  it('there is no such way in where none is set, and 503 while it is away', async () => {
    const client = { OIDC_CLIENT_ID: 'aislecue', OIDC_CLIENT_SECRET: 'x' };
    const away = await startShop({ ROLE: 'api', OIDC_ISSUER: 'http://127.0.0.1:1', ...client });
    try {
      expect((await away.call('GET', '/v1/sessions/oidc/start')).status).toBe(503);
    } finally {
      await away.stop();
    }
  });
});
