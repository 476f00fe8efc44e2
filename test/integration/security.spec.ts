import { request } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { OfferForApp } from '../../src/decisions/index.js';
import { Phones } from '../../src/delivery/sockets/phones.js';
import { RateLimits } from '../../src/platform/index.js';
import type { ShopperId } from '../../src/shared/index.js';
import type { Reply } from '../support/http.js';
import { BrowserPage, chromium } from '../support/chromium.js';
import { metric } from '../support/metrics.js';
import { hangUpAll, phone } from '../support/phone.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

/** Checks 13, 14, 16, 26, 29 and 31 of docs/security.md. */
const PASSWORD = 'correct horse battery';

describe('what a browser is told', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api', PUBLIC_URL: 'https://offers.shop.test' });
  });
  afterAll(() => shop.stop());

  it('of every answer, refusals among them: a strict policy and the headers beside it (checks 26 and 31)', async () => {
    for (const path of ['/docs', '/livez', '/v1/keys', '/no/such/page']) {
      const { headers } = await shop.call('GET', path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/script-src 'self'(;|$)/);
      expect(policy).toMatch(/style-src 'self'(;|$)/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("object-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  it('lets the page of the interface work: its scripts and styles are files of ours', async () => {
    const { body: page } = await shop.call('GET', '/docs');
    const html = String(page);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:/i);
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(named).toHaveLength(3);
    for (const path of named) {
      expect(path).toMatch(/^\/docs\//);
      const file = await shop.call('GET', path);
      expect([file.status, file.headers.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/css|javascript/),
      ]);
      // Styles that a script sets one by one are allowed; elements of style, or text run as a script, would not be.
      expect(String(file.body)).not.toMatch(/createElement\(["']style["']\)|[^.\w]eval\(/);
    }
  });

  // Without a Chromium on the machine there is none to ask: `apt-get install chromium`.
  (chromium === undefined ? it.skip : it)(
    'shows every operation in Chromium, which finds nothing against the policy and asks nobody else (check 26)',
    async () => {
      const { body } = await shop.call('GET', '/openapi.json');
      const operations = Object.values(body.paths as Record<string, object>).flatMap((each) =>
        Object.keys(each),
      );
      const page = await BrowserPage.open();
      try {
        await page.visit(`${shop.url}/docs`);
        await until(
          () => page.valueOf<number>(`document.querySelectorAll('.opblock').length`),
          (shown) => shown === operations.length,
          40_000,
        );
        // There is no icon, and a browser asks for one.
        expect(page.complaints.filter((each) => !each.endsWith('/favicon.ico'))).toEqual([]);
        const elsewhere = page.requests.filter(
          (url) => !/^(data|blob|about):/.test(url) && !url.startsWith(shop.url),
        );
        expect(elsewhere).toEqual([]);
        expect(page.requests).toContain(`${shop.url}/openapi.json`);
      } finally {
        await page.close();
      }
    },
  );
});

describe('a request that a session cookie alone speaks for', () => {
  let shop: Shop;
  let cookie: string;
  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api' });
    const { token } = await shop.staff('admin');
    cookie = `aislecue_session=${token}`;
  });
  afterAll(() => shop.stop());

  const make = (headers: Record<string, string>): Promise<Reply> =>
    shop.call('POST', '/v1/keys', { headers: { cookie, ...headers }, body: { kind: 'service' } });

  it('must come from our own page where it changes something (check 13)', async () => {
    for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      expect(await make(headers)).toMatchObject({ status: 403, body: { code: 'cross-site' } });
    }
    expect((await make({ 'x-requested-with': 'console' })).status).toBe(201);
    expect((await make({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expect((await shop.call('GET', '/v1/keys', { headers: { cookie } })).status).toBe(200);
  });

  it('is answered no preflight: another origin cannot set the header', async () => {
    const preflight = await shop.call('OPTIONS', '/v1/keys', {
      headers: {
        origin: 'https://evil.test',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-requested-with',
      },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([404, null]);
  });
});

describe('too many requests', () => {
  let shop: Shop;
  const few = {
    RATE_SHOPPER: '0.5',
    RATE_STAFF: '0.5',
    RATE_ADDRESS: '1',
    RATE_GATEWAY: '0.1',
    RATE_SIGN_IN: '6',
    RATE_FLOOR: '3',
  };
  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api', TRUSTED_PROXIES: '127.0.0.1,::1', ...few });
    for (const shopperId of ['ann', 'bob', 'cat'])
      await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as: shop.serviceKey, body: {} });
  });
  afterAll(() => shop.stop());

  const times = async (count: number, ask: () => Promise<Reply>): Promise<Reply[]> => {
    const replies: Reply[] = [];
    for (let each = 0; each < count; each += 1) replies.push(await ask());
    return replies;
  };
  const statuses = (replies: Reply[]): number[] => replies.map(({ status }) => status);

  it('of one shopper are refused until a while has passed; another goes on (check 14)', async () => {
    const as = await shop.shopperToken('ann');
    const replies = await times(7, () => shop.call('GET', '/v1/me', { as }));
    expect(statuses(replies)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const refused = replies.at(-1)!;
    expect(refused.body).toMatchObject({ code: 'too-many-requests' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(10);
    const other = await shop.shopperToken('bob');
    expect((await shop.call('GET', '/v1/me', { as: other })).status).toBe(200);
  });

  it('of nobody are counted by address, as a trusted proxy tells it; who is known does not suffer', async () => {
    const from = (address: string, as?: string): Promise<Reply> =>
      shop.call('GET', '/v1/stores', {
        headers: { 'x-forwarded-for': address },
        ...(as !== undefined && { as }),
      });
    const guesses = await times(12, () => from('203.0.113.7', `ac_service_${'x'.repeat(43)}`));
    expect(statuses(guesses)).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect((await from('203.0.113.7')).status).toBe(429);
    expect((await from('203.0.113.7', shop.serviceKey)).status).toBe(200);
    expect((await from('203.0.113.8')).status).toBe(401);
  });

  it('at shoppers are refused to an associate sooner than other requests (check 16)', async () => {
    const { token } = await shop.staff('associate');
    const looks = await times(4, () => shop.call('GET', '/v1/associates/me/clients', { as: token }));
    expect(statuses(looks)).toEqual([200, 200, 200, 429]);
    expect((await shop.call('GET', '/v1/stores', { as: token })).status).toBe(200);
  });

  it('are not counted of a gateway that posts sightings, nor of probes', async () => {
    const as = await shop.key('gateway', 'north');
    const post = (): Promise<Reply> => shop.call('POST', '/v1/sightings', { as, body: { sightings: [] } });
    const posted = statuses(await times(12, post));
    expect(posted).not.toContain(429);
    expect(statuses(await times(30, () => shop.call('GET', '/livez')))).toEqual(Array<number>(30).fill(200));
  });

  it('to sign in from one address, over many accounts, are refused; with Redis away all are (check 14)', async () => {
    const guess = (address: string): Promise<Reply> =>
      shop.call('POST', '/v1/sessions', {
        headers: { 'x-forwarded-for': address },
        body: { email: `${randomUUID()}@shop.test`, password: 'wrong guess it is' },
      });
    expect(statuses(await times(8, () => guess('203.0.113.20')))).toEqual([
      ...Array<number>(6).fill(401),
      429,
      429,
    ]);
    shop.redis.request.disconnect();
    try {
      expect(statuses(await times(2, () => guess('203.0.113.21')))).toEqual([503, 503]);
      const as = await shop.shopperToken('cat');
      expect((await shop.call('GET', '/v1/me', { as })).status).toBe(200);
    } finally {
      await shop.redis.request.connect();
    }
  });

  it('are counted for all processes together', async () => {
    const limits = shop.get(RateLimits);
    const taken = await Promise.allSettled(
      Array.from({ length: 8 }, () => limits.take('shopper', 'shopper:dan')),
    );
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    // Nobody is named there, and each counter has its end.
    const keys = await shop.redis.request.keys(`${shop.redis.prefix}:rate:shopper*`);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => key.includes('dan'))).toEqual([]);
    for (const key of keys) expect(await shop.redis.request.pttl(key)).not.toBe(-1);
  });

  it('never shut out who signs in with the right password', async () => {
    const email = `${randomUUID()}@shop.test`;
    const { token } = await shop.staff('admin');
    await shop.call('POST', '/v1/staff', {
      as: token,
      body: { email, displayName: 'S', password: PASSWORD, roles: ['analyst'] },
    });
    const headers = { 'x-forwarded-for': '203.0.113.30' };
    const signIn = (): Promise<Reply> =>
      shop.call('POST', '/v1/sessions', { headers, body: { email, password: PASSWORD } });
    expect(statuses(await times(8, signIn))).toEqual(Array<number>(8).fill(201));
  });
});

/** Check 2 of docs/security.md. */
describe('another installation on the same services', () => {
  let ours: Shop;
  let theirs: Shop;
  beforeAll(async () => {
    ours = await startShop({ ROLE: 'api' });
    theirs = await startShop({
      ROLE: 'api',
      AISLECUE_SECRET: 'another-secret-of-at-least-thirty-two-characters',
    });
    for (const shop of [ours, theirs]) {
      await shop.call('PUT', '/v1/shoppers/ann', { as: shop.serviceKey, body: {} });
    }
  });
  afterEach(hangUpAll);
  afterAll(() => Promise.all([ours.stop(), theirs.stop()]));

  it('knows none of our keys, sessions and tokens', async () => {
    const credentials = [ours.serviceKey, (await ours.staff('admin')).token, await ours.shopperToken('ann')];
    for (const as of credentials) {
      expect((await theirs.call('GET', '/v1/me', { as })).status).toBe(401);
      expect((await ours.call('GET', '/v1/me', { as })).status).not.toBe(401);
    }
  });

  it('hears nothing of what goes to a shopper of the same id', async () => {
    const offer = { deliveryId: randomUUID() } as unknown as OfferForApp;
    const ann = 'ann' as ShopperId;
    const stranger = await phone(theirs.url, await theirs.shopperToken('ann'));
    expect(await ours.get(Phones).offer(ann, offer, 2_000)).toBe('nobody');
    const own = await phone(ours.url, await ours.shopperToken('ann'));
    expect(await ours.get(Phones).offer(ann, offer, 2_000)).toBe('acknowledged');
    expect(own.offers).toEqual([offer]);
    expect(stranger.offers).toEqual([]);
  });
});

describe('what is not public', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api', TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterAll(() => shop.stop());

  it('are the metrics, off loopback, to anybody but a service key (check 29)', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    const ask = async (as?: string): Promise<number> =>
      (await shop.call('GET', '/metrics', { headers, ...(as !== undefined && { as }) })).status;
    expect([await ask(), await ask(await shop.shopperToken('ann')), await ask(shop.serviceKey)]).toEqual([
      403, 403, 200,
    ]);
  });

  it('is what failed inside: an error tells a stable code, no stack and no SQL (check 31)', async () => {
    const missing = await shop.call('GET', '/v1/stores/nowhere', { as: shop.serviceKey });
    expect(missing.body).toEqual({
      type: 'https://aislecue.dev/problems/not-found',
      title: 'Not Found',
      status: 404,
      code: 'not-found',
      detail: 'No such store.',
      instance: '/v1/stores/nowhere',
    });
  });

  it('is an oversized header, counted and answered without a word of the inside', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(shop.url);
      const asked = request({
        port,
        path: '/v1/me',
        headers: { authorization: `Bearer ${'a'.repeat(20_000)}` },
      });
      asked.on('response', (response) => resolve(response.statusCode));
      asked.on('error', reject);
      asked.end();
    });
    expect(status).toBe(431);
    const labels = { door: 'http', code: 'headers-too-large' };
    expect(await metric(shop.call, 'refusals_total', labels)).toBe(1);
  });
});
