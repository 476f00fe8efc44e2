import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { ImportAnswer } from '../../src/imports/import.dto.js';
import { Imports, Recorder } from '../../src/imports/index.js';
import { DAY_MS, type Principal } from '../../src/shared/index.js';
import { contentHash } from '../../src/shoppers/purchases/purchase.rules.js';
import { empty } from '../support/emptied.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const HEADER = 'shopper_id,purchased_at,basket_id,product_id,product_name,category,department,quantity';
const OPERATOR: Principal = { kind: 'service', keyId: '00000000-0000-7000-8000-000000000000' as never };

const NDJSON = { contentType: 'application/x-ndjson' };

describe('imports', () => {
  let shop: Shop;
  let importId = '';

  /** Sends a file and waits for what becomes of it. */
  const send = async (
    type: string,
    body: string | Buffer,
    {
      contentType = 'text/csv',
      headers = {},
    }: { contentType?: string; headers?: Record<string, string> } = {},
  ) => {
    const response = await fetch(`${shop.url}/v1/imports?type=${type}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${shop.serviceKey}`, 'content-type': contentType, ...headers },
    });
    const answer = (await response.json()) as { importId: string };
    return { status: response.status, answer, replayed: response.headers.get('idempotency-replayed') };
  };
  const ended = (importId: string): Promise<ImportAnswer> =>
    until(
      async () =>
        (await shop.call('GET', `/v1/imports/${importId}`, { as: shop.serviceKey })).body as ImportAnswer,
      ({ state }) => state === 'done' || state === 'failed',
    );
  const imported = async (...sent: Parameters<typeof send>) => {
    const { status, answer } = await send(...sent);
    expect(status).toBe(202);
    return ended(answer.importId);
  };
  const csv = (...rows: string[]) => [HEADER, ...rows].join('\n') + '\n';
  const ndjson = (...items: object[]) => items.map((item) => JSON.stringify(item)).join('\n');
  const events = async () =>
    (
      await shop.database.query<{ payload: unknown }>(
        "SELECT payload FROM outbox WHERE event = 'purchase.recorded' ORDER BY payload->>'shopperId'",
      )
    ).map(({ payload }) => payload);
  const put = (shopperId: string, body: object) =>
    shop.call('PUT', `/v1/shoppers/${shopperId}`, { as: shop.serviceKey, body });
  const rejectedOf = (result: { rejected: { items: { line: number; code: string }[] } }) =>
    result.rejected.items.map(({ line, code }) => [line, code]);

  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api' });
    // A worker for imports alone: what they tell others stays to be looked at.
    shop.get(Recorder).start();
  });
  afterAll(async () => {
    await shop.get(Recorder).stop();
    await shop.stop();
  });
  beforeEach(async () => {
    const told = ['outbox', 'published', 'consents', 'consent_history', 'carried_beacons'];
    await empty(shop, 'shoppers', 'products', 'purchases', 'purchase_lines', ...told);
  });

  describe('of purchases', () => {
    it('make shoppers, products and one purchase a basket, and tell of each shopper once', async () => {
      const result = await imported(
        'purchases',
        csv(
          'ada,2026-05-01,b1,150,"Soda, orange",drinks,x,1',
          'bob,2026-05-02,b2,150,"Soda, orange",drinks,x,2',
          'ada,2026-05-01,b1,391,Salt,spices,x,0.5',
          'ada,2026-05-03,b3,391,Salt,spices,x,1',
        ),
      );
      expect(result).toMatchObject({
        type: 'purchases',
        state: 'done',
        format: 'csv',
        percent: 100,
        rows: 4,
        accepted: 4,
        rejected: { count: 0, items: [] },
        counts: { purchases: 3, lines: 4, shoppersMade: 2, productsMade: 2 },
        ignoredColumns: ['department'],
      });
      expect(
        await shop.database.query('SELECT * FROM purchase_lines ORDER BY purchase_id, line_no'),
      ).toMatchObject([
        { purchase_id: 'b1', line_no: 1, product_id: '150', quantity: 1 },
        { purchase_id: 'b1', line_no: 2, product_id: '391', quantity: 0.5 },
        { purchase_id: 'b2', line_no: 1 },
        { purchase_id: 'b3', line_no: 1 },
      ]);
      expect(
        await shop.database.query("SELECT name, category FROM products WHERE product_id = '150'"),
      ).toEqual([{ name: 'Soda, orange', category: 'drinks' }]);
      expect(await events()).toEqual([
        { shopperId: 'ada', purchaseIds: [] },
        { shopperId: 'bob', purchaseIds: [] },
      ]);
      expect(await shop.database.query('SELECT FROM consents')).toEqual([]);
      expect(await shop.database.query("SELECT FROM pg_tables WHERE schemaname = 'imports'")).toEqual([]);
    });

    it('add nothing when they are repeated, and only what is new when the file has grown', async () => {
      const rows = ['ada,2026-05-01,b1,150,Soda,drinks,x,1', 'ada,2026-05-01,b1,391,Salt,spices,x,1'];
      await imported('purchases', csv(...rows));
      await shop.database.run('TRUNCATE outbox');
      const again = await imported('purchases', csv(...rows));
      expect(again).toMatchObject({ accepted: 2, counts: { purchases: 0, lines: 0, shoppersMade: 0 } });
      expect(await events()).toEqual([]);
      const grown = await imported('purchases', csv(...rows, 'bob,2026-05-02,b2,150,Soda,drinks,x,1'));
      expect(grown).toMatchObject({ accepted: 3, counts: { purchases: 1, lines: 1, shoppersMade: 1 } });
      expect(await events()).toHaveLength(1);
    });

    it('keep the content that a till or the back office would send, so that each knows the purchase of the other', async () => {
      const lines = [
        {
          productId: 'p1',
          quantity: 0.1,
          unitPrice: { amount: 199, currency: 'EUR' },
          couponCode: 'A"\\é\u0001',
        },
        { productId: 'p2', quantity: 1e-7, discount: { amount: 5, currency: 'EUR' } },
        { productId: 'p3', quantity: 1_000_000 },
      ];
      const purchase = {
        purchaseId: 'b1',
        shopperId: 'ada',
        channel: 'online',
        purchasedAt: '2026-05-01T10:00:00.123Z',
        lines,
      };
      const item = { ...purchase, purchasedAt: '2026-05-01T12:00:00.123+02:00' };
      expect(
        await imported('purchases', ndjson(item), { contentType: 'application/x-ndjson' }),
      ).toMatchObject({ accepted: 1, counts: { purchases: 1, lines: 3 } });
      const [kept] = await shop.database.query<{ content_hash: Buffer }>(
        'SELECT content_hash FROM purchases',
      );
      const parsed = { ...purchase, purchasedAt: Date.parse(purchase.purchasedAt) };
      expect(kept?.content_hash).toEqual(contentHash(parsed as never));
      const sent = await shop.call('POST', '/v1/purchases', { as: shop.serviceKey, body: [purchase] });
      expect(sent.body).toMatchObject({ accepted: 1, rejected: [] });
      const other = { ...purchase, channel: 'store' };
      const differing = await imported('purchases', ndjson(other), NDJSON);
      expect(differing).toMatchObject({ format: 'ndjson', accepted: 0, rejected: { count: 1 } });
      expect(rejectedOf(differing)).toEqual([[1, 'purchase-differs']]);
    });

    it('name rejected rows by line and column, and keep the good ones', async () => {
      const result = await imported(
        'purchases',
        csv(
          'ada,2026-05-01,b1,150,Soda,drinks,x,1',
          ',2026-05-01,b1,150,Soda,drinks,x,1',
          'ada,soon,b1,150,Soda,drinks,x,1',
          'ada,2026-05-01',
          'bob,2026-05-01,b1,150,Soda,drinks,x,1',
          'ada,2096-05-01,b9,150,Soda,drinks,x,1',
          'ada,2026-05-01,b8,150,Soda,drinks,x,0',
          'ada,2026-05-01,b8,150,Soda,drinks,x,many',
        ),
      );
      expect(result).toMatchObject({ rows: 8, accepted: 1, counts: { purchases: 1, lines: 1 } });
      expect(result.rejected).toMatchObject({
        count: 7,
        items: [
          { line: 3, code: 'required', detail: expect.stringMatching(/^shopper_id: /) },
          { line: 4, code: expect.any(String), detail: expect.stringMatching(/^purchased_at: /) },
          { line: 5, code: 'required' },
          { line: 6, code: 'purchase-differs' },
          { line: 7, code: 'in-the-future' },
          { line: 8, code: 'out-of-range', detail: expect.stringMatching(/^quantity: /) },
          { line: 9, code: 'wrong-type', detail: expect.stringMatching(/^quantity: /) },
        ],
      });
      const file = await fetch(`${shop.url}${result.rejected.url}`, {
        headers: { authorization: `Bearer ${shop.serviceKey}` },
      });
      expect(file.headers.get('content-type')).toMatch(/^text\/csv/);
      const lines = (await file.text()).trim().split('\r\n');
      expect(lines).toHaveLength(8);
      expect(lines[1]).toBe(
        '3,required,"shopper_id: Invalid input: expected string, received undefined",",2026-05-01,b1,150,Soda,drinks,x,1"',
      );
      const json = await fetch(`${shop.url}${result.rejected.url}`, {
        headers: { authorization: `Bearer ${shop.serviceKey}`, accept: 'application/x-ndjson' },
      });
      expect(JSON.parse((await json.text()).split('\n')[1] ?? '')).toMatchObject({ line: 4 });
    });

    it('keep lines of several currencies, and refuse as a whole what no purchase can be: an unknown store, too many lines', async () => {
      const head = 'shopperId,purchasedAt,purchaseId,productId,quantity,unitPrice,currency,storeId';
      const rows = [
        'ada,2026-05-01T10:00:00Z,mixed,p1,1,199,EUR,',
        'ada,2026-05-01T10:00:00Z,mixed,p2,1,199,USD,',
        'ada,2026-05-01T10:00:00Z,good,p1,2,199,EUR,',
        'ada,2026-05-01T10:00:00Z,elsewhere,p1,2,199,EUR,nowhere',
        ...Array.from({ length: 501 }, () => 'ada,2026-05-01T10:00:00Z,long,p1,1,,,'),
      ];
      const result = await imported('purchases', [head, ...rows].join('\n'));
      expect(result).toMatchObject({
        accepted: 3,
        rejected: { count: 502 },
        counts: { purchases: 2, lines: 3 },
      });
      expect(rejectedOf(result).slice(0, 2)).toEqual([
        [5, 'unknown-store'],
        [6, 'out-of-range'],
      ]);
    });

    it('take a whole purchase once, and its repetition with other content not at all', async () => {
      const item = {
        purchaseId: 'b1',
        shopperId: 'ada',
        channel: 'store',
        purchasedAt: '2026-05-01T10:00:00Z',
        lines: [
          { productId: 'p1', quantity: 1 },
          { productId: 'p2', quantity: 1 },
        ],
      };
      const other = { ...item, lines: [{ productId: 'p1', quantity: 2 }] };
      const stranger = { ...item, shopperId: 'bob' };
      const result = await imported(
        'purchases',
        ndjson(item, other, item, stranger, { ...item, extra: 1 }),
        NDJSON,
      );
      expect(result).toMatchObject({ accepted: 2, counts: { purchases: 1, lines: 2 } });
      expect(rejectedOf(result)).toEqual([
        [2, 'purchase-differs'],
        [4, 'purchase-differs'],
        [5, 'unknown-field'],
      ]);
    });

    it('take flat NDJSON, gzip by content type, by encoding or unnamed, and a thousand purchases of one day', async () => {
      const rows = Array.from({ length: 1_000 }, (_, n) => ({
        shopper_id: 'ada',
        purchased_at: '2026-05-01T18:30:00Z',
        basket_id: `b${n}`,
        product_id: n % 7,
        category: 'drinks',
        quantity: 2,
        unit_price: 199,
        currency: 'EUR',
        channel: 'online',
        brand: 'Acme',
      }));
      const packed = gzipSync(ndjson(...rows));
      const result = await imported('purchases', packed, { contentType: 'application/gzip' });
      expect(result).toMatchObject({ accepted: 1_000, counts: { purchases: 1_000, productsMade: 7 } });
      const again = await imported('purchases', packed, {
        contentType: 'application/x-ndjson',
        headers: { 'content-encoding': 'gzip' },
      });
      expect(again).toMatchObject({ accepted: 1_000, counts: { purchases: 0 } });
      expect(await imported('purchases', packed, { contentType: 'application/octet-stream' })).toMatchObject({
        accepted: 1_000,
        rejected: { count: 0 },
      });
      expect(await shop.database.query('SELECT DISTINCT brand, price, currency FROM products')).toEqual([
        { brand: 'Acme', price: 199, currency: 'EUR' },
      ]);
    });

    it('moved to now end yesterday, with their days apart as they were, and may be repeated tomorrow', async () => {
      const now = Date.parse('2026-11-22T10:00:00Z');
      const run = async (rows: string) => {
        const { importId } = await shop.get(Imports).receive({
          type: 'purchases',
          source: Readable.from([Buffer.from(rows)]),
          format: undefined,
          totalBytes: undefined,
          shiftsToNow: true,
          actor: OPERATOR,
          receivedAt: now,
        });
        return ended(importId);
      };
      const rows = csv('ada,2014-08-01,b1,150,Soda,drinks,x,1', 'ada,2014-08-11,b2,150,Soda,drinks,x,1');
      expect(await run(rows)).toMatchObject({ accepted: 2 });
      const kept = await shop.database.query<{ purchased_at: number }>(
        'SELECT purchased_at FROM purchases ORDER BY purchase_id',
      );
      const [first = 0, last = 0] = kept.map((row) => row.purchased_at);
      expect(last - first).toBe(10 * DAY_MS);
      expect(Math.floor(last / DAY_MS)).toBe(Math.floor(now / DAY_MS) - 1);
      expect(await run(rows)).toMatchObject({ accepted: 2, rejected: { count: 0 } });
      expect(await imported('purchases', rows)).toMatchObject({ accepted: 2, rejected: { count: 0 } });
    });

    it('note each shopper once as changed, however many of their purchases a file has', async () => {
      await shop.database.run('TRUNCATE shopper_changes');
      const noted = () => shop.database.query('SELECT shopper_id FROM shopper_changes ORDER BY shopper_id');
      const rows = Array.from(
        { length: 6 },
        (_, n) => `${n % 2 ? 'ada' : 'bob'},2026-05-0${n + 1},b${n},1,x,y,z,1`,
      );
      await imported('purchases', csv(...rows));
      // Who was made is noted as such, too.
      expect(new Set((await noted()).map(({ shopper_id: id }: { shopper_id?: string }) => id))).toEqual(
        new Set(['ada', 'bob']),
      );
      await shop.database.run('TRUNCATE shopper_changes');
      await imported(
        'purchases',
        csv(...rows, 'ada,2026-05-09,b9,1,x,y,z,1', 'ada,2026-05-10,b10,1,x,y,z,1'),
      );
      expect(await noted()).toEqual([{ shopper_id: 'ada' }]);
    });

    it('bring nobody back who was erased', async () => {
      await put('gone', {});
      await shop.call('DELETE', '/v1/shoppers/gone', { as: shop.serviceKey });
      await until(
        () => shop.database.query("SELECT FROM shoppers WHERE shopper_id = 'gone'"),
        (rows) => rows.length === 0,
      );
      const rows = ['gone,2026-05-01,b1,1,x,,z,1', 'bob,2026-05-01,b2,1,x,,z,1'];
      const result = await imported('purchases', csv(...rows));
      expect(result).toMatchObject({ accepted: 1, counts: { purchases: 1, shoppersMade: 1 } });
      expect(rejectedOf(result)).toEqual([[2, 'erased']]);
      const again = await imported('shoppers', 'shopper_id,display_name\ngone,Gone\neve,Eve\n');
      expect(rejectedOf(again)).toEqual([[2, 'erased']]);
      expect(await shop.database.query('SELECT shopper_id FROM shoppers ORDER BY 1')).toEqual([
        { shopper_id: 'bob' },
        { shopper_id: 'eve' },
      ]);
    });

    it('take what a till records at the same moment as on record', async () => {
      await put('ada', {});
      const till = {
        purchaseId: 'b1',
        shopperId: 'ada',
        channel: 'store',
        purchasedAt: '2026-05-01T12:00:00Z',
        lines: [{ productId: '1', quantity: 1 }],
      };
      await shop.database.transaction(async (tx) => {
        await tx.run(
          `INSERT INTO purchases (purchase_id, shopper_id, channel, purchased_at, content_hash)
           VALUES ('b1', 'ada', 'store', '2026-05-01T12:00:00Z', $1)`,
          [contentHash({ ...till, purchasedAt: Date.parse(till.purchasedAt) } as never)],
        );
        const { answer } = await send(
          'purchases',
          csv('ada,2026-05-01,b1,1,x,,z,1', 'ada,2026-05-01,b2,1,x,,z,1'),
        );
        await until(
          () =>
            shop.database.query(
              "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO purchases%'",
            ),
          (waiting) => waiting.length > 0,
        );
        importId = answer.importId;
      });
      expect(await ended(importId)).toMatchObject({
        accepted: 2,
        rejected: { count: 0 },
        counts: { purchases: 1, lines: 1 },
      });
    });

    it('work off more shoppers and more rejected rows than fit on a page', async () => {
      const rows: string[] = [];
      for (let n = 0; n < 2_500; n += 1) {
        rows.push(
          `s${n},2026-05-01,b${n},${n % 100},Soda,drinks,x,1`,
          `ada,2026-05-01,b${n},1,Salt,spices,x,1`,
        );
      }
      const result = await imported('purchases', csv(...rows));
      expect(result).toMatchObject({
        accepted: 2_500,
        rejected: { count: 2_500 },
        counts: { purchases: 2_500, lines: 2_500, shoppersMade: 2_500, productsMade: 100 },
      });
      expect(await events()).toHaveLength(2_500);
    }, 30_000);
  });

  describe('of other kinds', () => {
    it('write products as the door does, and publish the catalogue', async () => {
      const head = 'productId;name;brand;ownBrand;category;packAmount;packUnit;price;currency;unit_cost';
      const rows = [
        '\ufeff' + head,
        'p1;Filters;;no;coffee;40;pc;199;EUR;80',
        'p2;"Beans;\r\ndark";Acme;true;coffee;;;899;EUR;',
        'p1;Other;;no;coffee;;;1;EUR;',
        'p3;Tea;;no;tea;;;1.99;EUR;',
        'p4;Tea;;no;tea;;;199;euro;',
      ];
      const result = await imported('products', rows.join('\r\n'));
      expect(result).toMatchObject({ state: 'done', rows: 5, accepted: 2, format: 'csv' });
      expect(rejectedOf(result)).toEqual([
        [5, 'duplicate-in-batch'],
        [6, 'wrong-type'],
        [7, 'invalid-format'],
      ]);
      const { body } = await shop.call('GET', '/v1/products', { as: shop.serviceKey });
      expect(body.items).toEqual([
        {
          productId: 'p1',
          name: 'Filters',
          brand: '',
          ownBrand: false,
          category: 'coffee',
          packSize: { amount: 40, unit: 'pc' },
          price: { amount: 199, currency: 'EUR' },
          unitCost: { amount: 80, currency: 'EUR' },
        },
        expect.objectContaining({ productId: 'p2', name: 'Beans;\r\ndark' }),
      ]);
      expect(await shop.database.query("SELECT version FROM published WHERE name = 'catalogue'")).toEqual([
        { version: 1 },
      ]);
      const items = (body.items as object[]).map((item) => ({ ...item, category: 'drinks' }));
      expect(await imported('products', gzipSync(ndjson(...items)), NDJSON)).toMatchObject({ accepted: 2 });
    });

    it('write shoppers, each whole, and name a tag that another carries', async () => {
      await put('ada', { carries: ['mac:0123456789ab'], displayName: 'Ada' });
      const head =
        'shopper_id,display_name,birthday,loyalty_tier,loyalty_points,attributes.pet,carries,acquisition_channel,acquisition_at,acquisition_cost,acquisition_currency';
      const rows = [
        head,
        'bob,"Bob ""B""",02-29,gold,120,dog,mac:0123456789aa|mac:0123456789ac,web,2026-01-02,250,EUR',
        'eve,Eve,,,,,mac:0123456789ab,,,,',
        'ada,Ada,02-30,,,,,,,,',
      ];
      const result = await imported('shoppers', rows.join('\n'));
      expect(result).toMatchObject({ rows: 3, accepted: 1 });
      expect(rejectedOf(result)).toEqual([
        [3, 'beacon-taken'],
        [4, 'invalid'],
      ]);
      expect(result.rejected.items[1]?.detail).toMatch(/^birthday: /);
      const { body } = await shop.call('GET', '/v1/shoppers', { as: shop.serviceKey });
      expect(body.items).toMatchObject([
        { shopperId: 'ada', displayName: 'Ada' },
        {
          shopperId: 'bob',
          displayName: 'Bob "B"',
          birthday: '02-29',
          loyalty: { tier: 'gold', points: 120 },
          attributes: { pet: 'dog' },
          acquisition: { channel: 'web', at: '2026-01-02', cost: { amount: 250, currency: 'EUR' } },
          carries: ['mac:0123456789aa', 'mac:0123456789ac'],
        },
      ]);
      const item = {
        shopperId: 'bob',
        attributes: { age: 40, tags: ['a'] },
        loyalty: { tier: 'x', points: 1 },
      };
      expect(await imported('shoppers', ndjson(item, { ...item, extra: 1 }), NDJSON)).toMatchObject({
        accepted: 1,
        rejected: { items: [{ line: 2, code: 'unknown-field' }] },
      });
    });

    it('write consents with their history, and withdraw as the door does', async () => {
      await put('ada', {});
      await put('bob', {});
      const head = 'shopper_id,purpose,granted,policy_version,source,at';
      const rows = [
        head,
        'ada,profiling,true,v1,till,2026-01-01T10:00:00Z',
        'ada,location,1,v1,till,2026-01-01T10:00:00Z',
        'bob,profiling,no,v1,till,',
        'eve,profiling,yes,v1,till,',
        'ada,everything,yes,v1,till,',
        'ada,push,yes,v1,till,2096-01-01T10:00:00Z',
      ];
      const result = await imported('consents', rows.join('\n'));
      expect(result).toMatchObject({ rows: 6, accepted: 3 });
      expect(rejectedOf(result)).toEqual([
        [5, 'unknown-shopper'],
        [6, 'not-allowed'],
        [7, 'in-the-future'],
      ]);
      const withdrawal = {
        shopperId: 'ada',
        purpose: 'location',
        granted: false,
        policyVersion: 'v2',
        source: 'app',
      };
      expect(await imported('consents', ndjson(withdrawal), NDJSON)).toMatchObject({ accepted: 1 });
      expect(
        await shop.database.query("SELECT payload FROM outbox WHERE event = 'consent.withdrawn'"),
      ).toEqual([{ payload: { shopperId: 'ada', purpose: 'location' } }]);
      const { body } = await shop.call('GET', '/v1/shoppers/ada/consents', { as: shop.serviceKey });
      expect(body.consents).toMatchObject({ profiling: { granted: true }, location: { granted: false } });
      expect(body.history).toHaveLength(3);
    });

    it('write a shopper whose tags change hands within the file as the doors would, row by row', async () => {
      await put('ada', { carries: ['mac:0000000000aa'] });
      await put('bob', { displayName: 'Bob' });
      await put('eve', {});
      await shop.call('POST', '/v1/shoppers/bob/merge', { as: shop.serviceKey, body: { from: 'eve' } });
      const items = [
        { shopperId: 'ada', displayName: 'Ada', carries: [] },
        { shopperId: 'new', carries: ['mac:0000000000aa'] },
        { shopperId: 'bob', carries: ['mac:0000000000aa'] },
        { shopperId: 'eve', displayName: 'Eve' },
        { shopperId: 'plain', displayName: 'One' },
        { shopperId: 'plain', displayName: 'Two', loyalty: { tier: 'gold', points: 1.5 } },
      ];
      const result = await imported('shoppers', ndjson(...items), NDJSON);
      expect(result).toMatchObject({ rows: 6, accepted: 4, rejected: { count: 2 } });
      expect(rejectedOf(result)).toEqual([
        [3, 'beacon-taken'],
        [4, 'merged'],
      ]);
      const { body } = await shop.call('GET', '/v1/shoppers', { as: shop.serviceKey });
      expect(body.items).toMatchObject([
        { shopperId: 'ada', displayName: 'Ada', carries: [] },
        { shopperId: 'bob', displayName: 'Bob', carries: [] },
        { shopperId: 'new', carries: ['mac:0000000000aa'] },
        { shopperId: 'plain', displayName: 'Two', loyalty: { tier: 'gold', points: 1.5 } },
      ]);
      expect(body.items).toHaveLength(4);
      const before = await shop.database.query('SELECT * FROM shoppers ORDER BY shopper_id');
      expect(await imported('shoppers', ndjson(...items.slice(5)), NDJSON)).toMatchObject({ accepted: 1 });
      expect(await shop.database.query('SELECT * FROM shoppers ORDER BY shopper_id')).toEqual(before);
    });

    it('write consents in one file as the door does with the same list, whatever comes twice, late or of a merged name', async () => {
      for (const each of ['ada', 'bob', 'eve', 'joe']) await put(each, {});
      await shop.call('POST', '/v1/shoppers/bob/merge', { as: shop.serviceKey, body: { from: 'eve' } });
      const at = (day: number) => `2026-01-0${day}T10:00:00Z`;
      const said = (shopperId: string, purpose: string, granted: boolean, day: number) => ({
        shopperId,
        purpose,
        granted,
        policyVersion: 'v1',
        source: 'till',
        at: at(day),
      });
      const first = [said('ada', 'push', true, 3), said('joe', 'push', true, 3)];
      const second = [
        said('ada', 'push', false, 2),
        said('ada', 'push', false, 4),
        said('ada', 'location', true, 5),
        said('ada', 'location', true, 5),
        said('joe', 'push', true, 3),
        said('joe', 'profiling', true, 3),
      ];
      const third = [said('bob', 'location', true, 6), said('eve', 'location', false, 6)];
      const kept = async () => {
        const consents = await shop.database.query('SELECT * FROM consents ORDER BY shopper_id, purpose');
        const history = await shop.database.query(
          `SELECT shopper_id, purpose, granted, at, actor FROM consent_history ORDER BY shopper_id, purpose, at, granted`,
        );
        const told = await shop.database.query(
          "SELECT payload FROM outbox WHERE event = 'consent.withdrawn' ORDER BY payload::text",
        );
        const byShopper = (id: string) =>
          history.filter((each) => (each as { shopper_id: string }).shopper_id === id);
        return { consents, ada: byShopper('ada'), bob: byShopper('bob'), joe: byShopper('joe'), told };
      };
      for (const items of [first, second, third]) await imported('consents', ndjson(...items), NDJSON);
      const byFile = await kept();
      await empty(shop, 'consents', 'consent_history', 'outbox');
      for (const body of [first, second, third]) {
        await shop.call('POST', '/v1/consents', { as: shop.serviceKey, body });
      }
      expect(byFile).toEqual(await kept());
      expect(byFile.ada).toHaveLength(4);
      expect(byFile.told).toEqual([{ payload: { shopperId: 'ada', purpose: 'push' } }]);
    });
  });

  describe('of files that are none', () => {
    const packed = gzipSync(
      csv(...Array.from({ length: 5_000 }, (_, n) => `a,2026-05-01,b${n},1,x,y,z,${n}`)),
    );

    it.each<[string, string | Buffer, string, RegExp]>([
      ['an empty file', '', 'empty-file', /empty/],
      ['a header without the needed columns', 'a,b\n1,2\n', 'missing-column', /shopper_id.*it has a, b/],
      ['a column that comes twice', `${HEADER},basketId\n`, 'duplicate-column', /basketId/],
      [
        'a gzip that breaks off',
        packed.subarray(0, packed.length / 2),
        'malformed-encoding',
        /gzip.*\(line \d+\)/,
      ],
      ['an Excel workbook', Buffer.from('PK\u0003\u0004....', 'latin1'), 'wrong-format', /Excel/],
      ['UTF-16', Buffer.from('\ufeffshopper_id', 'utf16le'), 'wrong-encoding', /UTF-16/],
      ['a list of JSON', '[{"shopper_id": 1}]', 'wrong-format', /one object a line/],
    ])('fails with a reason for %s, and leaves nothing', async (_, body, code, detail) => {
      const contentType = 'application/octet-stream';
      const result = await imported('purchases', body, { contentType });
      expect(result).toMatchObject({ state: 'failed', accepted: 0, reason: { code } });
      expect(result.reason?.detail).toMatch(detail);
      expect(await shop.database.query('SELECT FROM purchases')).toEqual([]);
      expect(await shop.database.query("SELECT FROM pg_tables WHERE schemaname = 'imports'")).toEqual([]);
    });

    it('names by line what is not UTF-8, and keeps the rest', async () => {
      const body = Buffer.concat([
        Buffer.from(`${HEADER}\nada,2026-05-01,b1,150,Crème,drinks,x,1\nada,2026-05-01,b2,151,`),
        Buffer.from('Crème', 'latin1'),
        Buffer.from(',drinks,x,1\nada,2026-05-01,b3,150,Crème,drinks,x,1'),
      ]);
      const result = await imported('purchases', body);
      expect(result).toMatchObject({ accepted: 2, counts: { purchases: 2 } });
      expect(rejectedOf(result)).toEqual([[3, 'malformed-encoding']]);
    });

    it('refuses what is no import at the door', async () => {
      expect((await send('stores', 'a')).status).toBe(400);
      expect((await send('purchases', 'a', { contentType: 'application/pdf' })).status).toBe(415);
      expect((await send('purchases', 'a', { headers: { 'content-encoding': 'br' } })).status).toBe(415);
      const pos = await shop.key('pos', 's1');
      const refused = await shop.call('POST', '/v1/imports?type=purchases', { as: pos, body: 'x' });
      expect(refused.status).toBe(403);
      const missing = '/v1/imports/00000000-0000-7000-8000-000000000000';
      expect((await shop.call('GET', missing, { as: shop.serviceKey })).status).toBe(404);
      expect((await shop.call('GET', `${missing}/rejected`, { as: shop.serviceKey })).status).toBe(404);
    });
  });

  it('answers the same file under its key with the first import, and refuses another', async () => {
    const headers = { 'idempotency-key': 'night-1' };
    const rows = csv('ada,2026-05-01,b1,150,Soda,drinks,x,1');
    const first = await send('purchases', rows, { headers });
    const again = await send('purchases', rows, { headers });
    expect([again.status, again.answer.importId, again.replayed]).toEqual([
      202,
      first.answer.importId,
      'true',
    ]);
    expect((await send('purchases', `${rows}\n`, { headers })).status).toBe(422);
    await ended(first.answer.importId);
    const failing = { headers: { 'idempotency-key': 'night-2' } };
    expect(await imported('purchases', 'a,b\n', failing)).toMatchObject({ state: 'failed' });
    expect(await imported('purchases', rows, failing)).toMatchObject({ state: 'done' });
  });

  it('lists imports, the newest first', async () => {
    const { answer } = await send('purchases', csv('ada,2026-05-01,b1,150,Soda,drinks,x,1'));
    const { body } = await shop.call('GET', '/v1/imports?limit=1', { as: shop.serviceKey });
    expect(body.items).toMatchObject([{ importId: answer.importId }]);
    const next = await shop.call('GET', `/v1/imports?limit=1&cursor=${body.nextCursor}`, {
      as: shop.serviceKey,
    });
    expect(next.body.items[0].importId < answer.importId).toBe(true);
    await ended(answer.importId);
  });

  it('goes on behind the last committed step, whoever stopped before it', async () => {
    await shop.get(Recorder).stop();
    const rows = Array.from(
      { length: 45_000 },
      (_, n) => `s${(n >> 1) % 50},2026-05-01,b${n >> 1},${n % 9},Soda,drinks,x,1`,
    );
    const { answer } = await send('purchases', csv(...rows));
    let looks = 0;
    const recorder = shop.get(Recorder);
    expect(await recorder.record(answer.importId, () => (looks += 1) > 1)).toBe('stopped');
    const { body } = await shop.call('GET', `/v1/imports/${answer.importId}`, { as: shop.serviceKey });
    expect(body).toMatchObject({ state: 'recording' });
    expect(body.accepted).toBeGreaterThan(0);
    expect(body.accepted).toBeLessThan(45_000);
    expect(body.percent).toBeGreaterThan(50);
    const both = await Promise.all([recorder.record(answer.importId), recorder.record(answer.importId)]);
    expect(both.sort()).toEqual(['done', 'elsewhere']);
    expect(await ended(answer.importId)).toMatchObject({ accepted: 45_000, rejected: { count: 0 } });
    const [kept] = await shop.database.query(
      'SELECT count(*) AS lines, count(DISTINCT purchase_id) AS purchases FROM purchase_lines',
    );
    expect(kept).toEqual({ lines: 45_000, purchases: 22_500 });
    expect(await events()).toHaveLength(50);
    recorder.start();
  }, 60_000);
});
