import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findRunning } from '../../src/platform/embedded/index.js';
import { startProgram, type Environment, type Program } from '../support/program.js';
import { until } from '../support/until.js';

/** `demo.json` as the public interface has it. */
interface DemoFile {
  baseUrl: string;
  serviceKey: string;
  posKey: string;
  gatewayKey: string;
  storeId: string;
  staff: Record<string, { email: string; password: string }>;
  shoppers: { shopperId: string; token: string }[];
}

/** `14:02:07  Ann M. at Coffee & tea: "Running low?" — coffee filters due (dueProbability 0.83)  18 ms` */
const OFFER_LINE = /^\d\d:\d\d:\d\d {2}.+ at .+: ".+" — .+ {2}\d+ ms$/gm;

describe('the demo', () => {
  let folder: string;
  let demo: Program;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'aislecue-demo-'));
  });
  afterAll(async () => {
    await demo.end();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (more: Environment = {}): Promise<DemoFile> => {
    demo = await startProgram(
      { AISLECUE_DATA: folder, ...more },
      { entry: 'demo/main.js', readyWithinMs: 90_000 },
    );
    return JSON.parse(await readFile(path.join(folder, 'demo.json'), 'utf8')) as DemoFile;
  };
  const listens = (url: string): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  let first: DemoFile;

  it('is complete when it is ready: its file has all that a client needs, and all of it is good', async () => {
    first = await start();
    const { baseUrl, serviceKey, posKey, gatewayKey, storeId, staff, shoppers } = first;
    expect(baseUrl).toMatch(new RegExp(`:${new URL(demo.url).port}$`));
    expect(Object.keys(staff).sort()).toEqual(['admin', 'analyst', 'approver', 'associate', 'marketer']);
    expect(shoppers.length).toBeGreaterThan(10);

    const { call } = demo;
    expect((await call('GET', `/v1/stores/${storeId}`, { as: serviceKey })).status).toBe(200);
    expect((await call('POST', '/v1/sightings', { as: gatewayKey, body: { sightings: [] } })).status).toBe(
      202,
    );
    const redeem = {
      as: posKey,
      headers: { 'idempotency-key': 'nothing' },
      body: {
        purchaseId: 'p',
        basket: [{ productId: 'x', quantity: 1, unitPrice: { amount: 1, currency: 'EUR' } }],
      },
    };
    expect((await call('POST', '/v1/coupons/NO-SUCH-CODE/redeem', redeem)).body.code).toBe('not-found');
    for (const login of Object.values(staff)) {
      expect((await call('POST', '/v1/sessions', { body: login })).status).toBe(201);
    }
    for (const { shopperId, token } of shoppers.slice(0, 3)) {
      expect((await call('GET', '/v1/me', { as: token })).body.shopperId).toBe(shopperId);
    }
    expect(demo.said()).toContain(`${baseUrl}/docs`);
  }, 120_000);

  it('runs by itself: offers are made, printed one to a line, and in the ledger', async () => {
    const lines = await until(
      () => demo.said().match(OFFER_LINE) ?? [],
      (found) => found.length >= 3,
      40_000,
    );
    expect(lines.length).toBeGreaterThanOrEqual(3);
    const ledger = await demo.call('GET', '/v1/decisions?outcome=offer', { as: first.serviceKey });
    expect((ledger.body.items as unknown[]).length).toBeGreaterThanOrEqual(3);
  });

  it('stops on SIGINT with all that it has started', async () => {
    const services = findRunning(folder);
    const addresses = [services?.databaseUrl ?? '', services?.redisUrl ?? ''];
    expect(await Promise.all(addresses.map(listens))).toEqual([true, true]);
    const { code, stderr } = await demo.end('SIGINT');
    expect([code, stderr]).toEqual([0, '']);
    expect(await Promise.all([demo.url, ...addresses].map(listens))).toEqual([false, false, false]);
    expect(findRunning(folder)).toBeUndefined();
  });

  it('goes on where it was: quiet this time, with its offers paused and the policy at its defaults', async () => {
    const again = await start({ DEMO_QUIET: '1' });
    expect(again.serviceKey).toBe(first.serviceKey);
    const as = again.serviceKey;
    const live = await demo.call('GET', '/v1/offers?status=live', { as });
    expect(live.body).toMatchObject({ items: [] });
    const paused = await demo.call('GET', '/v1/offers?status=paused', { as });
    expect((paused.body.items as unknown[]).length).toBeGreaterThan(1);
    expect((await demo.call('GET', '/v1/policies/contact', { as })).body).toMatchObject({
      stopped: {},
      globalCaps: [
        { max: 5, per: 'visit' },
        { max: 1, per: '1min' },
      ],
      universalHoldoutShare: 0,
      ranking: 'priority',
    });
    const ledger = await demo.call('GET', '/v1/decisions?outcome=offer', { as });
    expect((ledger.body.items as unknown[]).length).toBeGreaterThanOrEqual(3);
  }, 120_000);

  it('goes on after kill -9 as well, with its Postgres and Redis left running', async () => {
    const before = findRunning(folder);
    await demo.end('SIGKILL');
    expect(await listens(before?.databaseUrl ?? '')).toBe(true);
    const again = await start({ DEMO_QUIET: '1' });
    expect(again.serviceKey).toBe(first.serviceKey);
    expect(demo.said()).not.toMatch(OFFER_LINE);
    expect((await demo.end('SIGTERM')).code).toBe(0);
    expect(await listens(before?.databaseUrl ?? '')).toBe(false);
  }, 120_000);
});
