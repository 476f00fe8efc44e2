import { request } from 'node:http';
import { doorsOf } from '../support/doors.js';
import {
  freshDatabase,
  runProgram,
  settingsOn,
  startProgram,
  type Environment,
  type Program,
} from '../support/program.js';
import { until } from '../support/until.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.drop());

describe('a program that cannot start', () => {
  it('names everything that is wrong with its settings at once', async () => {
    const { code, stderr } = await runProgram('main.js', [], {
      PORT: '99999',
      ROLE: 'king',
      DATABASE_URL: 'mysql://somewhere',
      REDIS_URL: 'not an address',
      LOG_LEVEL: 'loud',
      AISLECUE_SECRET: 'short',
    });
    expect(code).toBe(1);
    for (const name of ['PORT', 'ROLE', 'DATABASE_URL', 'REDIS_URL', 'LOG_LEVEL', 'AISLECUE_SECRET']) {
      expect(stderr).toContain(`  - ${name}: `);
    }
    expect(stderr).not.toContain('mysql://somewhere');
  });

  it('needs a secret, and none that a demo has made', async () => {
    const without = await runProgram('main.js', [], {});
    expect(without).toMatchObject({ code: 1 });
    expect(without.stderr).toContain('AISLECUE_SECRET: is required');
    const demo = await runProgram('main.js', [], {
      AISLECUE_SECRET: 'demo-secret-of-at-least-thirty-two-characters',
      PORT: '99999',
    });
    expect(demo).toMatchObject({ code: 1 });
    expect(demo.stderr).toContain('a demo secret is refused');
    expect(demo.stderr).toContain('  - PORT: ');
    expect(demo.stderr).not.toContain('thirty-two');
  });
});

describe('one process', () => {
  let program: Program;
  let env: Environment;
  beforeEach(async () => {
    env = { ...settingsOn(database.url), DRAIN_SECONDS: '1' };
    program = await startProgram(env);
  });
  afterEach(() => program.end('SIGKILL'));

  it('tells how it is, what it can do, and shows it as a page', async () => {
    const { call, url } = program;
    expect(await call('GET', '/livez')).toMatchObject({ status: 200, body: { status: 'alive' } });
    expect(await call('GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { postgres: 'ok', redis: 'ok' } },
    });
    expect((await call('GET', '/metrics')).body).toContain('# TYPE');

    const document = await call('GET', '/openapi.json');
    expect(document).toMatchObject({ status: 200, body: { openapi: '3.1.0' } });
    const paths = document.body.paths as Record<string, Record<string, unknown>>;
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed).toEqual(expect.arrayContaining(PROMISED));

    const page = await call('GET', '/docs');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const assets = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset]) => asset!);
    expect(assets.length).toBeGreaterThan(1);
    for (const asset of assets) {
      const loaded = await fetch(new URL(asset, `${url}/docs`));
      expect([asset, loaded.status]).toEqual([asset, 200]);
      expect((await loaded.text()).length).toBeGreaterThan(10);
    }
  });

  it('stops when it is asked to: not ready any more, what is under way is answered, and it ends well', async () => {
    const { serviceKey } = await doorsOf(program.url, env);
    const slow = slowPut(`${program.url}/v1/shoppers/ada`, serviceKey, '{"displayName": "Ada"}');
    await slow.isUnderWay;
    const ended = program.end('SIGTERM');
    await until(
      () => fetch(`${program.url}/readyz`).then(({ status }) => status),
      (status) => status === 503,
    );
    // Until the server takes no new connections; the old one is still being served.
    await until(
      () =>
        fetch(`${program.url}/livez`).then(
          () => false,
          () => true,
        ),
      (refused) => refused,
    );
    expect(await slow.finish()).toBe(201);
    expect((await ended).code).toBe(0);
  });
});

/** A request whose body comes in two parts, the second when it is told to. */
function slowPut(
  url: string,
  key: string,
  body: string,
): { isUnderWay: Promise<void>; finish(): Promise<number | undefined> } {
  const sent = request(url, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
  });
  // Heard again by whoever finishes.
  answered.catch(() => undefined);
  const isUnderWay = new Promise<void>((resolve) => {
    sent.write(body.slice(0, 5), () => setTimeout(resolve, 100));
  });
  return {
    isUnderWay,
    finish: () => {
      sent.end(body.slice(5));
      return answered;
    },
  };
}

/** The public interface as far as it is promised by now. */
const PROMISED = [
  'GET /livez',
  'GET /readyz',
  'GET /metrics',
  'GET /openapi.json',
  'GET /docs',
  'GET /v1/keys',
  'POST /v1/keys',
  'DELETE /v1/keys/{keyId}',
  'GET /v1/staff',
  'POST /v1/staff',
  'POST /v1/sessions',
  'DELETE /v1/sessions/current',
  'POST /v1/shoppers/{shopperId}/tokens',
  'PUT /v1/stores/{storeId}',
  'GET /v1/stores',
  'GET /v1/stores/{storeId}',
  'POST /v1/products',
  'POST /v1/stock',
  'PUT /v1/shoppers/{shopperId}',
  'POST /v1/shoppers',
  'GET /v1/shoppers',
  'GET /v1/shoppers/{shopperId}',
  'GET /v1/shoppers/{shopperId}/replenishment',
  'POST /v1/purchases',
  'PUT /v1/shoppers/{shopperId}/consents/{purpose}',
  'GET /v1/shoppers/{shopperId}/consents',
  'POST /v1/consents',
  'POST /v1/sightings',
  'POST /v1/gateways/{gatewayId}/{format}',
  'POST /v1/checkins',
  'GET /v1/me',
  'PUT /v1/me/consents/{purpose}',
  'GET /v1/me/preferences',
  'PUT /v1/me/preferences',
  'GET /v1/me/offers',
  'POST /v1/me/offers/{deliveryId}/events',
  'POST /v1/offers',
  'GET /v1/offers',
  'GET /v1/offers/{offerId}',
  'PATCH /v1/offers/{offerId}',
  'GET /v1/offers/{offerId}/revisions',
  ...['submit', 'approve', 'reject', 'pause', 'resume', 'archive', 'rollback'].map(
    (action) => `POST /v1/offers/{offerId}/${action}`,
  ),
  'GET /v1/rule-fields',
  'POST /v1/rules/validate',
  'POST /v1/decisions/preview',
  'GET /v1/decisions',
  'GET /v1/decisions/{decisionId}',
  'GET /v1/policies/contact',
  'PUT /v1/policies/contact',
  'POST /v1/coupons/{code}/redeem',
  'POST /v1/redemptions/{redemptionId}/reverse',
  'GET /v1/audit',
];
