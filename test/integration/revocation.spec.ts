import { randomUUID } from 'node:crypto';
import type { Running } from '../../src/boot.js';
import { callerOf, type Call } from '../support/http.js';
import { hangUpAll, phone } from '../support/phone.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { twin } from '../support/twin.js';
import { until } from '../support/until.js';

/** Checks 5, 11 and 13 of docs/security.md: what was revoked in one process is refused in all, within 5 s. */
let shop: Shop;
let other: Running;
let elsewhere: Call;
let admin: string;

beforeAll(async () => {
  shop = await startShop({ ROLE: 'api' });
  other = await twin(shop, 'api');
  elsewhere = callerOf(other.url);
  admin = (await shop.staff('admin')).token;
});
afterEach(hangUpAll);
afterAll(async () => {
  await other.stop();
  await shop.stop();
});

async function someone(): Promise<string> {
  const shopperId = randomUUID();
  await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as: shop.serviceKey, body: {} });
  return shopperId;
}
const tokenOf = async (shopperId: string): Promise<string> =>
  (await shop.call('POST', `/v1/shoppers/${shopperId}/tokens`, { as: shop.serviceKey })).body.token as string;
const revokeTokens = (shopperId: string): Promise<Reply> =>
  shop.call('DELETE', `/v1/shoppers/${shopperId}/tokens`, { as: shop.serviceKey });
const isOver = (ask: () => Promise<Reply>): Promise<Reply> =>
  until(ask, ({ status }) => status === 401, 5_000);

describe('what is revoked in one process', () => {
  it('is refused by the other, which has just found it good: keys, of which the second goes on', async () => {
    const make = (): Promise<Reply> =>
      shop.call('POST', '/v1/keys', { as: admin, body: { kind: 'service' } });
    const [first, second] = [(await make()).body, (await make()).body] as { key: string; keyId: string }[];
    const use = (as: string): Promise<Reply> => elsewhere('GET', '/v1/shoppers', { as });
    expect([(await use(first!.key)).status, (await use(second!.key)).status]).toEqual([200, 200]);
    await shop.call('DELETE', `/v1/keys/${first!.keyId}`, { as: admin });
    await isOver(() => use(first!.key));
    expect((await use(second!.key)).status).toBe(200);
  });

  it('is refused by the other: sessions of who left', async () => {
    const { token, staffId } = await shop.staff('analyst');
    const use = (): Promise<Reply> => elsewhere('GET', '/v1/audit', { as: token });
    expect((await use()).status).toBe(200);
    await shop.call('PATCH', `/v1/staff/${staffId}`, { as: admin, body: { active: false } });
    await isOver(use);
  });

  it('is refused by the other, sockets included: tokens of a lost phone; a new one is good at once', async () => {
    const shopperId = await someone();
    const token = await tokenOf(shopperId);
    const use = (as: string): Promise<Reply> => elsewhere('GET', '/v1/me', { as });
    expect((await use(token)).status).toBe(200);
    const { socket } = await phone(other.url, token);
    expect((await revokeTokens(shopperId)).status).toBe(204);
    const fresh = await tokenOf(shopperId);
    await until(
      () => socket.connected,
      (connected) => !connected,
    );
    await isOver(() => use(token));
    await expect(phone(other.url, token)).rejects.toMatchObject({ data: { problem: { status: 401 } } });
    expect((await use(fresh)).status).toBe(200);
    expect((await phone(other.url, fresh)).socket.connected).toBe(true);
    const { body } = await shop.call('GET', `/v1/audit?subject=shopper:${shopperId}`, { as: admin });
    expect((body.items as { action: string }[]).map(({ action }) => action)).toContain('tokens.revoked');
    expect((await revokeTokens('nobody')).status).toBe(404);
  });

  it('closes sockets within 5 s even where the news was missed', async () => {
    const shopperId = await someone();
    const { socket } = await phone(other.url, await tokenOf(shopperId));
    // As a process does whose hint is lost with Redis: the row is there, and nobody is told.
    await shop.database.run('INSERT INTO revocations (revocation_id, principal, at) VALUES ($1, $2, now())', [
      randomUUID(),
      `shopper:${shopperId}`,
    ]);
    await until(
      () => socket.connected,
      (connected) => !connected,
      5_000,
    );
  });
});
