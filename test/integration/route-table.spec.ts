import { HttpAdapterHost } from '@nestjs/core';
import { OperatingController } from '../../src/platform/operating.controller.js';
import { Authenticator, type RouteSpec } from '../../src/platform/index.js';
import { principalName } from '../../src/shared/index.js';
import { doorsOf } from '../../src/platform/http/server.js';
import { SocketServer } from '../../src/delivery/sockets/socket-server.js';
import { hangUpAll, phone } from '../support/phone.js';
import { COLUMNS, World, type Column } from '../support/route-world.js';
import type { Reply } from '../support/shop.js';
import {
  AUDITED,
  NOT_AUDITED,
  SOCKETS,
  SOCKET_EVENTS,
  TABLE,
  type Example,
  type Line,
} from './route-table.js';

/** Checks 1, 4, 17 and 31 of docs/security.md: each route against each principal. */
let world: World;

beforeAll(async () => {
  world = await World.open();
});
afterEach(hangUpAll);
afterAll(() => world.stop());

const routeOf = ([route]: Line): string => (route.split(' #', 1)[0] ?? '').trim();
const lettersOf = (answers: string): string[] => Array.from(answers.replaceAll(' ', ''));
const exampleOf = async ([, , ask]: Line): Promise<Example> =>
  typeof ask === 'function' ? ask(world) : (ask ?? {});

function pathOf(route: string, { path = {}, query = '' }: Example): string {
  const filled = (route.split(' ')[1] ?? '').replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = path[name] ?? world.ids[name];
    if (value === undefined)
      throw new Error(`${route}: test/support/route-world.ts has no ${name} in World.ids`);
    return encodeURIComponent(value);
  });
  return filled + query;
}

async function ask(line: Line, column: Column, example: Example): Promise<Reply> {
  const route = routeOf(line);
  const as = example.as === undefined ? world.credentialOf(column) : await example.as(column);
  return world.shop.call(route.split(' ')[0] ?? '', pathOf(route, example), {
    ...(as !== undefined && column !== 'anonymous' && { as }),
    ...(example.body !== undefined && { body: example.body }),
    ...(example.headers !== undefined && { headers: example.headers }),
  });
}

const LETTERS = new Map([
  [401, '.'],
  [403, 'x'],
  [404, 'o'],
]);
const letterOf = (status: number): string => (status < 300 ? '+' : (LETTERS.get(status) ?? `(${status})`));

/** `. xx xx …`, as the table writes it. */
function grouped(letters: readonly string[]): string {
  const groups = [1, 2, 2, 2, 2, 4, 1, 1];
  const rest = [...letters];
  return groups.map((size) => rest.splice(0, size).join('')).join(' ');
}

describe('the table of who may what', () => {
  it('names every route that the running app has, and no other', () => {
    const { httpAdapter } = world.shop.get(HttpAdapterHost);
    const app = { getHttpAdapter: () => httpAdapter } as unknown as Parameters<typeof doorsOf>[0];
    const registered = new Set(
      doorsOf(app)
        .map((door) => door.replace(/:(\w+)/g, '{$1}'))
        // Fastify answers HEAD wherever it answers GET, by the same handler behind the same guard.
        .filter((door) => !door.startsWith('HEAD ')),
    );
    const listed = new Set(TABLE.map(routeOf));
    const missing = [...registered].filter((door) => !listed.has(door));
    const gone = [...listed].filter((door) => !registered.has(door));
    const lines = missing.map((door) => `  ['${door}', '. xx xx xx xx xxxx x x'],`).join('\n');
    expect({ addToTABLEInRouteTableTs: lines, removeFromIt: gone }).toEqual({
      addToTABLEInRouteTableTs: '',
      removeFromIt: [],
    });
  });

  it.each(TABLE.map((line) => [line[0], line] as const))('%s', async (_, line) => {
    const wanted = lettersOf(line[1]);
    expect(wanted).toHaveLength(COLUMNS.length);
    // First those who may not, so that what they ask for is still there.
    const order = COLUMNS.map((column, place) => ({ column, place, may: wanted[place] === '+' }));
    order.sort((a, b) => Number(a.may) - Number(b.may));
    const got: string[] = [];
    const said: string[] = [];
    let example = await exampleOf(line);
    let used = false;
    for (const { column, place, may } of order) {
      if (may && used) example = await exampleOf(line);
      used = may;
      const reply = await ask(line, column, example);
      got[place] = letterOf(reply.status);
      if (got[place] !== wanted[place])
        said.push(`${column}: ${reply.status} ${JSON.stringify(reply.body).slice(0, 300)}`);
    }
    expect([grouped(got), ...said]).toEqual([grouped(wanted)]);
  });
});

/** Check 27 of docs/security.md: who, what, when, and how it was before and after. */
describe('the audit log', () => {
  interface Entry {
    at: number;
    actor: string;
    action: string;
    subject: string;
    before: unknown;
    after: unknown;
  }
  let seen = 0;
  const grown = async (): Promise<Entry[]> => {
    const rows = await world.shop.database.query<Entry>(
      'SELECT at, actor, action, subject, before, after FROM audit_log ORDER BY audit_id OFFSET $1',
      [seen],
    );
    seen += rows.length;
    return rows;
  };
  const lines = new Map(TABLE.filter(([route]) => !route.includes('#')).map((line) => [routeOf(line), line]));

  it('has a word on every route that changes something', () => {
    const writing = [...lines.keys()].filter((route) => !route.startsWith('GET '));
    const decided = new Set([...Object.keys(AUDITED), ...NOT_AUDITED.flatMap(([, routes]) => routes)]);
    expect({
      addToAUDITEDInRouteTableTs: writing.filter((route) => !decided.has(route)),
      removeFromIt: [...decided].filter((route) => !lines.has(route)),
    }).toEqual({ addToAUDITEDInRouteTableTs: [], removeFromIt: [] });
  });

  it.each(Object.entries(AUDITED))(
    'has one entry of %s, and none of who may not',
    async (route, expected) => {
      const line = lines.get(route)!;
      const may = someoneOf(line)!;
      const mayNot = may === 'till of north' ? 'gateway of north' : 'till of north';
      const example = await exampleOf(line);
      await grown();
      expect((await ask(line, mayNot, example)).status).toBe(403);
      expect(await grown()).toEqual([]);

      const as = await (example.as?.(may) ?? world.credentialOf(may));
      const asker = await world.shop.get<Authenticator>(Authenticator as never).authenticate(as);
      await grown();
      const began = Date.now();
      const reply = await ask(line, may, { ...example, as: () => Promise.resolve(as ?? '') });
      expect([letterOf(reply.status), reply.body]).toEqual(['+', reply.body]);
      const entries = await grown();
      const [action, subject, says] = expected;
      expect(entries.map((entry) => [entry.actor, entry.action, entry.subject.split(':')[0]])).toEqual([
        [principalName(asker!), action, subject],
      ]);
      const [entry] = entries;
      expect(entry!.at).toBeGreaterThanOrEqual(began);
      expect(entry!.at).toBeLessThanOrEqual(Date.now());
      expect([entry!.before !== null, entry!.after !== null]).toEqual([
        says.includes('b'),
        says.includes('a'),
      ]);
    },
  );
});

/** Who may for certain: back office where it may, else the first who may. */
function someoneOf([, answers]: Line): Column | undefined {
  const letters = lettersOf(answers);
  const able = COLUMNS.filter((_, place) => letters[place] === '+');
  return able.includes('service') ? 'service' : able[0];
}

describe('what nobody knows', () => {
  const specs = (): Map<string, RouteSpec> =>
    new Map(
      world.shop
        .get(OperatingController)
        .routes()
        .map((spec) => [`${spec.method} ${spec.path}`, spec]),
    );

  it.each(TABLE.filter(([, , ask]) => ask !== undefined).map((line) => [line[0], line] as const))(
    'is refused in the body of %s',
    async (_, line) => {
      const spec = specs().get(routeOf(line));
      if (spec?.body === undefined && spec?.bulkOf === undefined) return;
      const example = await exampleOf(line);
      const known = example.body ?? {};
      const body = Array.isArray(known)
        ? [{ ...(known[0] as object), unheardOf: 1 }]
        : { ...known, unheardOf: 1 };
      const reply = await ask(line, someoneOf(line) ?? 'service', { ...example, body });
      const faults = Array.isArray(known)
        ? (reply.body as { rejected: { code: string }[] }).rejected
        : (reply.body as { errors: { code: string; path: string }[] }).errors;
      expect([reply.status, faults[0]]).toEqual([
        Array.isArray(known) ? 200 : 400,
        expect.objectContaining({ code: 'unknown-field' }),
      ]);
    },
  );

  it('is refused at any depth of every body', async () => {
    const { body: document } = await world.shop.call('GET', '/openapi.json');
    const open: string[] = [];
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { properties, additionalProperties } = schema as Record<string, unknown>;
      // A record of whatever names (languages, attributes) says what each of its values is.
      const isRecord = Object.keys(additionalProperties ?? {}).length > 0;
      if (properties !== undefined && additionalProperties !== false && !isRecord) open.push(at);
      for (const [key, inner] of Object.entries(schema)) walk(inner, `${at}/${key}`);
    };
    for (const [path, operations] of Object.entries(document.paths as Record<string, object>))
      for (const [method, operation] of Object.entries(operations)) {
        const { requestBody } = operation as {
          requestBody?: { content: Record<string, { schema?: unknown }> };
        };
        walk(requestBody?.content['application/json']?.schema, `${method} ${path}`);
      }
    // PATCH of an offer is merged into the document first and judged by its schema then: see offers.spec.ts.
    expect(open.filter((at) => !at.startsWith('patch /v1/offers/{offerId}'))).toEqual([]);
  });
});

/** How a socket is told that it is not let in. */
interface Refused {
  data: { problem: { status: number } };
}

/** What socket.io itself listens for. */
const OF_SOCKET_IO = new Set(['disconnect', 'error']);

describe('what is foreign inside a request', () => {
  const rejectedOf = ({ body }: Reply): string[] =>
    (body as { rejected: { code: string }[] }).rejected.map(({ code }) => code);
  const call = (column: Column, method: string, path: string, body?: unknown): Promise<Reply> =>
    world.shop.call(method, path, { as: world.credentialOf(column)!, ...(body !== undefined && { body }) });

  it('is named in bulk bodies: purchases and stock of another store, gateways of another store', async () => {
    const lines = [{ productId: 'filters', quantity: 1 }];
    const purchase = {
      shopperId: 'ann',
      storeId: 'north',
      channel: 'store',
      purchasedAt: new Date().toISOString(),
      lines,
    };
    const bought = await call('till of south', 'POST', '/v1/purchases', [
      { purchaseId: 'south-1', ...purchase },
    ]);
    const missing = await call('till of south', 'POST', '/v1/purchases', [
      { purchaseId: 'south-2', ...purchase, storeId: 'nowhere' },
    ]);
    expect(rejectedOf(bought)).toEqual(rejectedOf(missing));
    expect(rejectedOf(bought)).toHaveLength(1);
    const stock = [{ storeId: 'north', productId: 'filters', available: true }];
    expect(rejectedOf(await call('all roles, kept to south', 'POST', '/v1/stock', stock))).toEqual([
      'unknown-store',
    ]);
    const heard = (gatewayId: string): object => ({
      sightings: [{ gatewayId, beaconId: 'mac:c3000012ab35', rssiDbm: -50 }],
    });
    const foreign = await call('gateway of south', 'POST', '/v1/sightings', heard('gw-north'));
    expect(rejectedOf(foreign)).toEqual(
      rejectedOf(await call('gateway of south', 'POST', '/v1/sightings', heard('gw-none'))),
    );
    expect(rejectedOf(foreign)).toHaveLength(1);
  });

  it('is not there for a preview: draft offers of another store', async () => {
    const draft = await world.offer();
    const { path } = await world.visitorOf('south');
    const ask = (draftOfferIds: string[], shopperId = path['shopperId']): Promise<Reply> =>
      call('all roles, kept to south', 'POST', '/v1/decisions/preview', {
        shopperId,
        storeId: 'south',
        draftOfferIds,
      });
    expect((await ask([draft])).status).toBe(404);
    expect((await ask([])).status).toBe(200);
    expect((await ask([], 'ann')).status).toBe(404);
  });

  it('is not there in a list: shoppers of other stores', async () => {
    const { path } = await world.visitorOf('south');
    const [home, buyer, quiet] = await Promise.all([1, 2, 3].map(() => world.freshShopper()));
    await call('service', 'PUT', `/v1/shoppers/${home}`, { homeStoreId: 'south', locale: 'fr' });
    const said = { granted: true, policyVersion: '1', source: 'test' };
    await call('service', 'PUT', '/v1/shoppers/cat', { locale: 'fr' });
    for (const shopperId of [home, buyer, 'cat']) {
      await call('service', 'PUT', `/v1/shoppers/${shopperId}/consents/profiling`, said);
    }
    const purchase = { storeId: 'south', channel: 'store', purchasedAt: new Date().toISOString(), lines: [] };
    const bought = await call('service', 'POST', '/v1/purchases', [
      {
        ...purchase,
        purchaseId: `south-${buyer}`,
        shopperId: buyer,
        lines: [{ productId: 'filters', quantity: 1 }],
      },
      // Without the consent what they bought is not used, not for this either.
      {
        ...purchase,
        purchaseId: `south-${quiet}`,
        shopperId: quiet,
        lines: [{ productId: 'filters', quantity: 1 }],
      },
    ]);
    expect(bought.body).toMatchObject({ accepted: 2 });
    const listed = async (column: Column): Promise<string[]> => {
      const { body } = await call(column, 'GET', '/v1/shoppers?limit=200');
      return (body.items as { shopperId: string }[]).map(({ shopperId }) => shopperId);
    };
    const theirs = await listed('all roles, kept to south');
    expect(theirs).toEqual(expect.arrayContaining([path['shopperId'], home, buyer]));
    for (const other of ['ann', 'bob', quiet]) expect(theirs).not.toContain(other);
    expect(await listed('analyst')).toEqual(expect.arrayContaining(['ann', 'bob', quiet, ...theirs]));

    await world.shop.database.run(
      `INSERT INTO segment_members (segment_id, shopper_id, since) VALUES ('locals', 'ann', now()), ('locals', $1, now())
       ON CONFLICT DO NOTHING`,
      [home],
    );
    const members = (await call('all roles, kept to south', 'GET', '/v1/segments/locals/members')).body;
    expect((members.items as { shopperId: string }[]).map(({ shopperId }) => shopperId)).toEqual([home]);
    const rule = { combinator: 'and', rules: [{ field: 'shopper.locale', operator: '=', value: 'fr' }] };
    const counted = (await call('all roles, kept to south', 'POST', '/v1/rules/audience', { rule })).body;
    expect(counted).toMatchObject({ count: 2, sample: [home] });
  });

  it('is not there for a filter by visit, and not behind the cursor of somebody else', async () => {
    const [decision] = await world.shop.database.query<{ visitId: string }>(
      'SELECT visit_id AS "visitId" FROM decisions',
    );
    const by = `/v1/decisions?visitId=${decision!.visitId}`;
    expect((await call('all roles, kept to south', 'GET', by)).status).toBe(404);
    expect((await call('analyst', 'GET', by)).body.items).toHaveLength(1);
    const all = await call('service', 'GET', '/v1/offers?limit=1');
    expect(all.body.nextCursor).not.toBeNull();
    const behind = await call(
      'all roles, kept to south',
      'GET',
      `/v1/offers?limit=200&cursor=${all.body.nextCursor}`,
    );
    const stores = (behind.body.items as { trigger: { storeIds: string[] } }[]).map(
      ({ trigger }) => trigger.storeIds,
    );
    expect(stores.filter((storeIds) => storeIds.includes('north'))).toEqual([]);
    const first = await call('service', 'GET', '/v1/stores?limit=1');
    const next = await call('all roles, kept to south', 'GET', `/v1/stores?cursor=${first.body.nextCursor}`);
    expect((next.body.items as { storeId: string }[]).map(({ storeId }) => storeId)).toEqual(['south']);
  });

  it("is not there for an app's socket: another shopper's offer", async () => {
    const { say } = await phone(world.shop.url, world.credentialOf('bob'));
    const answer = await say('offer-event', { deliveryId: world.ids['deliveryId'], type: 'opened' });
    expect(answer).toMatchObject({ ok: false, problem: { status: 404 } });
  });
});

describe('sockets', () => {
  it.each(SOCKETS)('%s lets in who may', async (namespace, answers, events) => {
    const wanted = lettersOf(answers);
    const got: string[] = [];
    for (const column of COLUMNS) {
      const { socket, problem } = await phone(world.shop.url, world.credentialOf(column), { namespace }).then(
        (connected) => ({ ...connected, problem: undefined }),
        (error: unknown) => ({
          socket: undefined,
          problem: (error as Refused).data.problem,
        }),
      );
      got.push(letterOf(problem?.status ?? 200));
      if (socket === undefined) continue;
      const [inside] = [...namespaces().get(namespace)!.sockets.values()];
      const heard = inside!.eventNames().filter((name) => !OF_SOCKET_IO.has(String(name)));
      expect(heard.sort()).toEqual([...events].sort());
      hangUpAll();
    }
    expect(grouped(got)).toBe(grouped(wanted));
  });

  it.each(SOCKET_EVENTS)('%s is heard from who may', async (what, answers, body) => {
    const [namespace = '', event = ''] = what.split(' ');
    const got: string[] = [];
    for (const column of COLUMNS) {
      const answer = await phone(world.shop.url, world.credentialOf(column), { namespace }).then(
        ({ say }) => say(event, body(world)) as Promise<{ problem?: { status: number } }>,
        (error: unknown) => (error as Refused).data,
      );
      got.push(letterOf(answer.problem?.status ?? 200));
      hangUpAll();
    }
    expect(grouped(got)).toBe(grouped(lettersOf(answers)));
  });

  it('say no event that is not in the table', () => {
    const known = SOCKETS.flatMap(([namespace, , events]) => events.map((event) => `${namespace} ${event}`));
    expect(SOCKET_EVENTS.map(([what]) => what).sort()).toEqual(known.sort());
  });

  it('are those of the table, and no other', () => {
    const known = [...namespaces().keys()].filter((name) => name !== '/');
    expect({
      addToSOCKETSInRouteTableTs: known.filter((name) => !SOCKETS.some(([each]) => each === name)),
    }).toEqual({
      addToSOCKETSInRouteTableTs: [],
    });
  });

  function namespaces() {
    return world.shop.get(SocketServer).shoppers.server._nsps;
  }
});
