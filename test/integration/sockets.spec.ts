import { io } from 'socket.io-client';
import { SocketServer } from '../../src/delivery/sockets/socket-server.js';
import { metric, moved } from '../support/metrics.js';
import { hangUpAll, phone } from '../support/phone.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

/** Checks 9, 10 and 12 of docs/security.md: who comes in through a socket, into which room, with how much. */
let shop: Shop;
let token: string;

beforeAll(async () => {
  shop = await startShop({ ROLE: 'api', ALLOWED_ORIGINS: 'https://app.shop.test' });
  await shop.call('PUT', '/v1/shoppers/ann', { as: shop.serviceKey, body: {} });
  token = await shop.shopperToken('ann');
});
afterEach(hangUpAll);
afterAll(() => shop.stop());

const inside = () => [...shop.get(SocketServer).shoppers.sockets.values()];

describe('a page', () => {
  it.each(['https://app.shop.test', undefined])('may open sockets from %s', async (origin) => {
    const { socket } = await phone(shop.url, token, { ...(origin !== undefined && { origin }) });
    expect(socket.connected).toBe(true);
  });

  it('may open sockets from our own host', async () => {
    expect((await phone(shop.url, token, { origin: shop.url })).socket.connected).toBe(true);
  });

  it.each(['polling', 'websocket'])('may not from elsewhere, by %s', async (transport) => {
    const count = await moved(shop.call, 'refusals_total', { code: 'foreign-origin' }, () =>
      expect(
        phone(shop.url, token, { origin: 'https://evil.test', transports: [transport] }),
      ).rejects.toThrow(/error/),
    );
    expect(count).toBeGreaterThan(0);
    expect(inside()).toEqual([]);
  });
});

describe('a socket', () => {
  it('shows its token in auth and nowhere else', async () => {
    const socket = io(`${shop.url}/shopper`, { query: { token }, forceNew: true, reconnection: false });
    const refused = await new Promise<{ data: unknown }>((resolve) =>
      socket.once('connect_error', resolve as never),
    );
    expect(refused.data).toMatchObject({ problem: { status: 401 } });
    socket.disconnect();
  });

  it('is in the room of its own shopper, whatever it asks for', async () => {
    const { socket } = await phone(shop.url, token);
    socket.emit('join', 'shopper:bob');
    socket.emit('join', { shopperId: 'bob', room: 'shopper:bob', storeId: 'north' });
    // Answered after what came before it: by then a join would have been.
    await socket.timeout(5_000).emitWithAck('offer-event', { room: 'shopper:bob' });
    const [held] = inside();
    expect([...held!.rooms].filter((room) => room !== held!.id)).toEqual(['shopper:ann']);
    expect(shop.get(SocketServer).shoppers.adapter.rooms.has('shopper:bob')).toBe(false);
  });

  it('is nowhere without a namespace', async () => {
    const socket = io(shop.url, { auth: { token }, forceNew: true, reconnection: false });
    const refused = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
    expect(refused.message).toBe('not-found');
    socket.disconnect();
  });

  it.each(['polling', 'websocket'])('is closed for a frame of more than 16 KB, by %s', async (transport) => {
    const { socket } = await phone(shop.url, token, { transports: [transport] });
    const small = await socket.timeout(5_000).emitWithAck('sightings', { filler: 'x'.repeat(15_000) });
    expect(small).toMatchObject({ ok: false, problem: { status: 400 } });
    const closed = new Promise<string>((resolve) => socket.once('disconnect', resolve));
    const tooLarge = (): Promise<number> =>
      metric(shop.call, 'refusals_total', { door: 'socket', code: 'too-large' });
    const before = await tooLarge();
    socket.emit('sightings', { filler: 'x'.repeat(17_000) });
    expect(await closed).toMatch(/transport/);
    await until(inside, (sockets) => sockets.every(({ id }) => id !== socket.id));
    await until(tooLarge, (count) => count === before + 1);
  });

  it('takes answers of any shape without harm', async () => {
    const { socket } = await phone(shop.url, token);
    for (const args of [
      [],
      [null],
      [[1]],
      ['text'],
      [{ deliveryId: { $ne: null } }],
      [{ __proto__: { x: 1 } }, 2, 3],
    ]) {
      const answer: unknown = await socket.timeout(5_000).emitWithAck('offer-event', ...args);
      expect(answer).toMatchObject({ ok: false, problem: { status: 400 } });
    }
    expect(socket.connected).toBe(true);
  });
});
