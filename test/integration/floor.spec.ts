import { randomUUID } from 'node:crypto';
import type { Running } from '../../src/boot.js';
import { Clock } from '../../src/platform/index.js';
import { coffeeGreeting, CornerShop, cornerLayout, type Person } from '../support/corner-shop.js';
import { hangUpAll } from '../support/phone.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { tablet, type Tablet } from '../support/tablet.js';
import { twin } from '../support/twin.js';
import { until } from '../support/until.js';

/** The shop floor: who is seen by which associate, and for how long. Check 16 of docs/security.md. */
interface Associate {
  staffId: string;
  token: string;
}

const password = 'correct horse battery';
const ALL = ['location', 'profiling', 'clienteling'];
let shop: Shop;
let corner: CornerShop;
/** Tablets are here; what they are told happens in the other process. */
let another: Running;
let admin: string;
let eve: Associate;
let max: Associate;
let ada: Person;
let bob: Person;

async function associate(displayName: string, storeIds: string[]): Promise<Associate> {
  const email = `${displayName.toLowerCase()}@shop.test`;
  const body = { email, displayName, password, roles: ['associate'], storeIds };
  const { body: made } = await shop.call('POST', '/v1/staff', { as: admin, body });
  const { body: session } = await shop.call('POST', '/v1/sessions', { body: { email, password } });
  return { staffId: made.staffId as string, token: session.token as string };
}
const ask = (who: Associate, method: string, path: string, body?: object): Promise<Reply> =>
  shop.call(method, path, { as: who.token, ...(body && { body }) });
const consent = (shopperId: string, purpose: string, granted: boolean): Promise<Reply> =>
  shop.call('PUT', `/v1/shoppers/${shopperId}/consents/${purpose}`, {
    as: shop.serviceKey,
    body: { granted, policyVersion: '1', source: 'test' },
  });
const audited = async (action: string, subject: string): Promise<string[]> => {
  const query = `?action=${action}&subject=${subject}`;
  const { body } = await shop.call('GET', `/v1/audit${query}`, { as: admin });
  return (body.items as { actor: string }[]).map(({ actor }) => actor);
};
async function onTheFloor(storeId = 'corner', who = eve): Promise<Tablet> {
  const one = await tablet(another.url, who.token);
  expect(await one.join(storeId)).toMatchObject({ ok: true });
  await one.hears('presence');
  return one;
}

beforeAll(async () => {
  shop = await startShop();
  another = await twin(shop, 'api');
  corner = await CornerShop.open(shop);
  const as = shop.serviceKey;
  const gateways = [{ gatewayId: 'gw-south', zoneId: 'door' }];
  await shop.call('PUT', '/v1/stores/south', { as, body: { ...cornerLayout, name: 'South', gateways } });
  admin = (await shop.staff('admin')).token;
  eve = await associate('Eve', ['corner']);
  max = await associate('Max', ['south']);
  await corner.offer(coffeeGreeting());
  ada = await corner.person('ada', ALL);
  bob = await corner.person('bob', ['location', 'profiling']);
  await shop.call('PUT', '/v1/shoppers/ada', {
    as,
    body: {
      displayName: 'Ada Lovelace',
      birthday: '12-10',
      loyalty: { tier: 'gold', points: 4_711 },
      assignedAssociate: 'EVE@shop.test',
      carries: [ada.tag],
      attributes: { email: 'ada@example.com' },
    },
  });
  await corner.buys(ada, 'melitta-filters', { daysAgo: [169, 141, 113, 85, 57, 29] });
  const viewed = { type: 'viewed', productId: 'corner-flakes', at: new Date().toISOString(), channel: 'app' };
  await shop.call('POST', '/v1/interactions', {
    as,
    body: [{ interactionId: randomUUID(), shopperId: 'ada', ...viewed }],
  });
});
afterAll(async () => {
  hangUpAll();
  corner.close();
  await another.stop();
  await shop.stop();
});

describe('a shopper who consented to clienteling', () => {
  let eves: Tablet;
  let maxs: Tablet;
  let visitAlias: string;
  const path = (what: string): string => `/v1/visits/${visitAlias}/${what}`;

  beforeAll(async () => {
    eves = await onTheFloor();
    maxs = await onTheFloor('south', max);
    expect(eves.told[0]).toEqual({ event: 'presence', body: { visits: [] } });
  });

  it('is seen by those of the store, and by nobody else; one who did not is seen by nobody', async () => {
    await corner.walkTo(bob, 'coffee');
    await corner.walkTo(ada, 'coffee');
    const { visitAlias: alias } = await eves.hears('arrived');
    visitAlias = alias as string;
    expect(await eves.hears('offered')).toMatchObject({ visitAlias, title: 'Smell that?' });
    await corner.walkTo(ada, 'cereals');
    await eves.hears('moved', ({ zoneId }) => zoneId === 'cereals');
    await corner.decisionAbout(bob);

    const { status, body } = await ask(eve, 'GET', '/v1/stores/corner/visits');
    expect(status).toBe(200);
    const item = {
      visitAlias,
      zoneId: 'cereals',
      since: expect.any(String),
      zoneSince: expect.any(String),
      tier: 'gold',
      firstName: 'Ada',
      assignedTo: { staffId: eve.staffId, displayName: 'Eve' },
    };
    expect(body).toEqual({ visits: [item] });
    const again = await onTheFloor();
    expect(again.told[0]).toEqual({ event: 'presence', body });
    expect(maxs.told).toEqual([{ event: 'presence', body: { visits: [] } }]);
    expect(JSON.stringify(eves.told)).not.toMatch(/ada"|Lovelace|bob/);
  });

  it('is not there for an associate of another store', async () => {
    expect(await maxs.join('corner')).toMatchObject({ ok: false, problem: { status: 404 } });
    expect(await maxs.join('nowhere')).toMatchObject({ ok: false, problem: { status: 404 } });
    expect((await ask(max, 'GET', path('card'))).status).toBe(404);
    expect((await ask(max, 'POST', path('claim'))).status).toBe(404);
    expect((await ask(eve, 'GET', '/v1/visits/nobody/card')).status).toBe(404);
    const visitId = shop.get(Clock).newId();
    expect((await ask(eve, 'GET', `/v1/visits/${visitId}/card`)).status).toBe(404);
  });

  it('has a card with what helps, and nothing besides; who looked is on record', async () => {
    // She has no app open and no device: by now it is on no phone.
    await shop.database.run("UPDATE deliveries SET created_at = created_at - interval '20 seconds'");
    const { status, body } = await ask(eve, 'GET', path('card'));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      firstName: 'Ada',
      tier: 'gold',
      zone: { zoneId: 'cereals', name: 'Cereals' },
      due: [{ category: 'coffee filters' }],
      favourites: [{ name: 'Melitta filters 1x4' }],
      lookedAt: [{ name: 'Corner Corn Flakes' }],
      offers: [{ title: 'Smell that?', state: 'unreached' }],
      assignedTo: { displayName: 'Eve' },
      claimedBy: null,
    });
    const said = body.say as { code: string }[];
    expect(said.map(({ code }) => code)).toEqual(['due', 'mention-offer', 'show-product']);
    expect(JSON.stringify(body)).not.toMatch(/Lovelace|"ada"|example\.com|12-10|4711|amount|EUR/);
    expect(await audited('shopper.viewed', 'shopper:ada')).toEqual([`staff:${eve.staffId}`]);
    expect(await audited('visits.viewed', 'store:corner')).toContain(`staff:${eve.staffId}`);
  });

  it('is served by one, of twenty who claim at once', async () => {
    const others = await Promise.all(['Ann', 'Ben', 'Cat', 'Dan'].map((name) => associate(name, ['corner'])));
    const all = [eve, ...others].flatMap((who) => Array.from({ length: 4 }, () => who));
    const replies = await Promise.all(all.map((who) => ask(who, 'POST', path('claim'))));
    const holders = new Set(replies.map(({ body }) => (body.claimedBy as { staffId: string }).staffId));
    expect(holders.size).toBe(1);
    const [holder] = holders;
    replies.forEach(({ status, body }, place) => {
      if (all[place]?.staffId === holder) expect(status).toBe(200);
      else expect([status, body.code]).toEqual([409, 'already-claimed']);
    });
    expect(await eves.hears('claimed')).toMatchObject({ visitAlias, claimedBy: { staffId: holder } });

    const loser = [eve, ...others].find(({ staffId }) => staffId !== holder)!;
    expect((await ask(loser, 'DELETE', path('claim'))).status).toBe(409);
    const winner = [eve, ...others].find(({ staffId }) => staffId === holder)!;
    expect((await ask(winner, 'DELETE', path('claim'))).status).toBe(204);
    expect((await ask(winner, 'DELETE', path('claim'))).status).toBe(204);
    await eves.hears('claimed', ({ claimedBy }) => claimedBy === null);
    expect((await ask(loser, 'POST', path('claim'))).status).toBe(200);
  });

  it('and associates talk, both ways, and what is noted stays with the shopper', async () => {
    await shop.call('POST', '/v1/me/messages', { as: ada.token, body: { text: 'Where is the tea?' } });
    await eves.hears('message', ({ from, text }) => from === 'shopper' && text === 'Where is the tea?');
    const { body: asked } = await ask(eve, 'GET', path('card'));
    expect((asked.say as { code: string }[])[0]).toMatchObject({ code: 'answer-message' });
    expect((await ask(eve, 'POST', path('messages'), { text: 'Aisle 4' })).status).toBe(201);
    await eves.hears('message', ({ from, text }) => from === 'shop' && text === 'Aisle 4');
    const mine = await shop.call('GET', '/v1/me/messages', { as: ada.token });
    expect(mine.body.items).toMatchObject([{ from: 'shop', text: 'Aisle 4' }, { from: 'shopper' }]);

    const written = await ask(eve, 'POST', path('notes'), { text: 'Likes it strong' });
    expect([written.status, written.body]).toMatchObject([201, { text: 'Likes it strong', by: 'Eve' }]);
    const { body: card } = await ask(eve, 'GET', path('card'));
    expect(card).toMatchObject({ notes: [written.body], messages: [{ text: 'Aisle 4' }, {}] });
    const { body: view } = await shop.call('GET', '/v1/shoppers/ada', { as: shop.serviceKey });
    expect(view.recent.notes).toMatchObject([{ text: 'Likes it strong', by: 'Eve', storeId: 'corner' }]);
    const { body: exported } = await shop.call('GET', '/v1/me/export', { as: ada.token });
    expect(JSON.stringify(exported)).toContain('Likes it strong');
  });

  it('is a client of hers, with days since the last purchase and contact', async () => {
    const { body } = await ask(eve, 'GET', '/v1/associates/me/clients');
    expect(body).toEqual({
      items: [
        {
          clientAlias: expect.any(String),
          firstName: 'Ada',
          tier: 'gold',
          standing: 'regular',
          daysSinceLastPurchase: 29,
          usualDays: 28,
          daysSinceLastContact: 0,
          here: { visitAlias, storeId: 'corner' },
        },
      ],
      nextCursor: null,
    });
    expect((await ask(max, 'GET', '/v1/associates/me/clients')).body.items).toEqual([]);
  });

  it('has nothing made of purchases on the card once profiling is withdrawn', async () => {
    await consent('ada', 'profiling', false);
    const { body } = await ask(eve, 'GET', path('card'));
    expect(body).toMatchObject({ due: [], brands: [], favourites: [], lookedAt: [], offers: [], say: [] });
    const [client] = (await ask(eve, 'GET', '/v1/associates/me/clients')).body.items as object[];
    expect(client).toMatchObject({ standing: 'unknown', daysSinceLastPurchase: null, usualDays: null });
    await consent('ada', 'profiling', true);
  });

  it('leaves the tablets within 5 s of withdrawing, though no hint tells it, and comes back with consent', async () => {
    // Past every door that would tell: the next look has to see it.
    await shop.database.run(
      `UPDATE consents SET granted = false, at = now() WHERE shopper_id = 'ada' AND purpose = 'clienteling'`,
    );
    expect((await ask(eve, 'GET', path('card'))).status).toBe(404);
    expect(await eves.hears('left')).toEqual({ visitAlias });
    expect((await ask(eve, 'GET', '/v1/stores/corner/visits')).body).toEqual({ visits: [] });
    expect((await ask(eve, 'GET', '/v1/associates/me/clients')).body.items).toEqual([]);
    for (const act of ['claim', 'notes', 'messages']) {
      const body = act === 'claim' ? undefined : { text: 'x' };
      expect([act, (await ask(eve, 'POST', path(act), body)).status]).toEqual([act, 404]);
    }
    eves.told.length = 0;
    await consent('ada', 'clienteling', true);
    expect(await eves.hears('arrived')).toMatchObject({ visitAlias });
    eves.told.length = 0;
    await consent('ada', 'location', false);
    expect(await eves.hears('left')).toEqual({ visitAlias });
    await until(
      () => ask(eve, 'GET', path('card')),
      ({ status }) => status === 404,
    );
  });

  it('is called by another name on the next visit', async () => {
    await consent('ada', 'location', true);
    eves.told.length = 0;
    const checkin = { storeId: 'corner', zoneId: 'door', method: 'qr' };
    await until(
      () => shop.call('POST', '/v1/checkins', { as: ada.token, body: checkin }),
      ({ status }) => status === 201,
    );
    const arrived = await eves.hears('arrived', (body) => body.visitAlias !== visitAlias);
    const { body: now } = await ask(eve, 'GET', `/v1/visits/${arrived.visitAlias}/card`);
    expect(now).toMatchObject({ leftAt: null });
    // The other is over, and can be spoken of for a while.
    const { body: before } = await ask(eve, 'GET', path('card'));
    expect(before).toMatchObject({ leftAt: expect.any(String) });
  });

  it('can be spoken of for 15 minutes after the visit, and not claimed any more', async () => {
    const { body } = await ask(eve, 'GET', '/v1/stores/corner/visits');
    visitAlias = (body.visits as { visitAlias: string }[])[0]!.visitAlias;
    const end = (minutesAgo: number): Promise<number> =>
      shop.database.run(
        `UPDATE visits SET started_at = now() - interval '1 hour', ended_at = now() - $1 * interval '1 minute'
         WHERE shopper_id = 'ada' AND started_at = (SELECT max(started_at) FROM visits WHERE shopper_id = 'ada')`,
        [minutesAgo],
      );
    await end(14);
    expect((await ask(eve, 'GET', path('card'))).body).toMatchObject({ leftAt: expect.any(String), say: [] });
    expect((await ask(eve, 'POST', path('notes'), { text: 'Bought a pot' })).status).toBe(201);
    const claimed = await ask(eve, 'POST', path('claim'));
    expect([claimed.status, claimed.body.code]).toEqual([409, 'visit-ended']);
    await shop.database.run(
      `UPDATE visits SET ended_at = now() - interval '16 minutes' WHERE shopper_id = 'ada'`,
    );
    expect((await ask(eve, 'GET', path('card'))).status).toBe(404);
  });

  it('takes the notes along when merged', async () => {
    await shop.call('PUT', '/v1/shoppers/ada-new', { as: shop.serviceKey, body: {} });
    await shop.call('POST', '/v1/shoppers/ada-new/merge', { as: shop.serviceKey, body: { from: 'ada' } });
    const { body } = await shop.call('GET', '/v1/shoppers/ada-new', { as: shop.serviceKey });
    const texts = (body.recent.notes as { text: string }[]).map(({ text }) => text);
    expect(texts).toEqual(['Bought a pot', 'Likes it strong']);
  });
});

describe('a tablet', () => {
  const hungUp = (one: Tablet): Promise<unknown> =>
    until(
      () => one.socket.connected,
      (connected) => !connected,
      10_000,
    );

  it('goes with its session: ended, run out, or of somebody who works elsewhere now', async () => {
    const ended = await associate('Ina', ['corner']);
    const expired = await associate('Jan', ['corner']);
    const moved = await associate('Kim', ['corner']);
    const tablets = await Promise.all([ended, expired, moved].map((who) => onTheFloor('corner', who)));
    await shop.call('DELETE', '/v1/sessions/current', { as: ended.token });
    await shop.database.run('UPDATE staff_sessions SET expires_at = now() WHERE staff_id = $1', [
      expired.staffId,
    ]);
    await shop.call('PATCH', `/v1/staff/${moved.staffId}`, { as: admin, body: { storeIds: ['south'] } });
    // Each within 5 s; they wait at the same time.
    await Promise.all(tablets.map(hungUp));
  });

  it('is told what it may not say, and stays', async () => {
    const one = await tablet(shop.url, eve.token);
    for (const body of [undefined, null, [], { storeId: 'corner', more: 1 }, { storeId: { $ne: 1 } }]) {
      const answer: unknown = await one.socket.timeout(5_000).emitWithAck('join', body);
      expect(answer).toMatchObject({ ok: false, problem: { status: 400, instance: '/floor#join' } });
    }
    expect(one.socket.connected).toBe(true);
  });
});
