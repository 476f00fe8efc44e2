import { Readable } from 'node:stream';
import { DAY_MS } from '../../src/shared/index.js';
import { PurchaseImport } from '../../src/shoppers/index.js';
import { startShop, type Shop } from '../support/shop.js';

const HEADER = 'shopper_id,purchased_at,basket_id,product_id,product_name,category,department,quantity';
const now = Date.parse('2026-11-22T10:00:00Z');

describe('an import of purchases', () => {
  let shop: Shop;
  const run = async (
    stream: Readable,
    { format = 'csv', shiftToNow = false }: { format?: 'csv' | 'ndjson'; shiftToNow?: boolean } = {},
  ) => {
    const rejected: { line: number; code: string; detail: string }[] = [];
    const progress: number[] = [];
    const imported = await shop.get(PurchaseImport).run({
      stream,
      format,
      shiftToNow,
      now,
      onProgress: ({ rows }) => progress.push(rows),
      onRejected: (row) => rejected.push(row),
    });
    return { imported, rejected, progress };
  };
  const csv = (...rows: string[]) => Readable.from([[HEADER, ...rows].join('\n') + '\n']);
  const events = () =>
    shop.database.query<{ payload: unknown }>("SELECT payload FROM outbox WHERE event = 'purchase.recorded'");

  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api' });
  });
  afterAll(() => shop.stop());
  beforeEach(async () => {
    await shop.database.run('TRUNCATE shoppers, products, purchases, purchase_lines, outbox, published');
  });

  it('makes shoppers, products and one purchase a basket, and tells of each shopper once', async () => {
    const { imported, rejected, progress } = await run(
      csv(
        'ada,2026-05-01,b1,150,"Soda, orange",drinks,x,1',
        'bob,2026-05-02,b2,150,"Soda, orange",drinks,x,2',
        'ada,2026-05-01,b1,391,Salt,spices,x,0.5',
        'ada,2026-05-03,b3,391,Salt,spices,x,1',
      ),
    );
    expect(imported).toEqual({ purchases: 3, lines: 4, shoppersMade: 2, productsMade: 2, rejected: 0 });
    expect(rejected).toEqual([]);
    expect(progress).toEqual([4]);
    expect(
      await shop.database.query('SELECT * FROM purchase_lines ORDER BY purchase_id, line_no'),
    ).toMatchObject([
      { purchase_id: 'b1', line_no: 1, product_id: '150', quantity: 1 },
      { purchase_id: 'b1', line_no: 2, product_id: '391', quantity: 0.5 },
      { purchase_id: 'b2', line_no: 1 },
      { purchase_id: 'b3', line_no: 1 },
    ]);
    expect(await shop.database.query("SELECT name, category FROM products WHERE product_id = '150'")).toEqual(
      [{ name: 'Soda, orange', category: 'drinks' }],
    );
    expect((await events()).map(({ payload }) => payload)).toEqual([
      { shopperId: 'ada', purchaseIds: [] },
      { shopperId: 'bob', purchaseIds: [] },
    ]);
    expect(await shop.database.query('SELECT FROM consents')).toEqual([]);
  });

  it('adds nothing when it is repeated, and only what is new when the file has grown', async () => {
    const rows = ['ada,2026-05-01,b1,150,Soda,drinks,x,1', 'ada,2026-05-01,b1,391,Salt,spices,x,1'];
    await run(csv(...rows));
    await shop.database.run('TRUNCATE outbox');
    const again = await run(csv(...rows), { shiftToNow: true });
    expect(again.imported).toMatchObject({ purchases: 0, lines: 0, shoppersMade: 0, productsMade: 0 });
    expect(await events()).toEqual([]);
    const grown = await run(csv(...rows, 'bob,2026-05-02,b2,150,Soda,drinks,x,1'));
    expect(grown.imported).toMatchObject({ purchases: 1, lines: 1, shoppersMade: 1 });
    expect(await events()).toHaveLength(1);
  });

  it('names rejected rows by line, and keeps the good ones', async () => {
    const { imported, rejected } = await run(
      csv(
        'ada,2026-05-01,b1,150,Soda,drinks,x,1',
        ',2026-05-01,b1,150,Soda,drinks,x,1',
        'ada,soon,b1,150,Soda,drinks,x,1',
        'ada,2026-05-01',
        'bob,2026-05-01,b1,150,Soda,drinks,x,1',
        'ada,2027-05-01,b9,150,Soda,drinks,x,1',
      ),
    );
    expect(imported).toMatchObject({ purchases: 1, lines: 1, rejected: 5 });
    expect(rejected.map(({ line, code }) => [line, code]).sort()).toEqual([
      [3, 'invalid'],
      [4, 'invalid'],
      [5, 'invalid'],
      [6, 'basket-differs'],
      [7, 'invalid'],
    ]);
  });

  it('reads NDJSON with prices, channels and stores', async () => {
    const row = {
      shopper_id: 'ada',
      purchased_at: '2026-05-01T18:30:00Z',
      basket_id: 'b1',
      product_id: '150',
      category: 'drinks',
      quantity: 2,
      unit_price: 199,
      currency: 'EUR',
      channel: 'online',
      store_id: 's1',
      brand: 'Acme',
    };
    const text = `${JSON.stringify(row)}\n\nnot json\n${JSON.stringify({ ...row, basket_id: 'b2' })}`;
    const { imported, rejected } = await run(Readable.from([text.slice(0, 50), text.slice(50)]), {
      format: 'ndjson',
    });
    expect(imported).toMatchObject({ purchases: 2, lines: 2, rejected: 1 });
    expect(rejected).toEqual([{ line: 3, code: 'malformed', detail: 'not a JSON object' }]);
    expect(await shop.database.query('SELECT brand, price, currency FROM products')).toEqual([
      { brand: 'Acme', price: 199, currency: 'EUR' },
    ]);
    expect(
      await shop.database.query('SELECT DISTINCT channel, store_id, purchased_at FROM purchases'),
    ).toEqual([{ channel: 'online', store_id: 's1', purchased_at: Date.parse('2026-05-01T18:30:00Z') }]);
  });

  it('shifted to now ends yesterday, with its days apart as they were', async () => {
    await run(csv('ada,2014-08-01,b1,150,Soda,drinks,x,1', 'ada,2014-08-11,b2,150,Soda,drinks,x,1'), {
      shiftToNow: true,
    });
    const rows = await shop.database.query<{ purchased_at: number }>(
      'SELECT purchased_at FROM purchases ORDER BY purchase_id',
    );
    const yesterday = Date.parse('2026-11-21T12:00:00Z');
    expect(rows.map((row) => row.purchased_at)).toEqual([yesterday - 10 * DAY_MS, yesterday]);
  });

  it('imports nothing of a file without the needed columns, or that breaks off', async () => {
    await expect(run(Readable.from(['a,b\n1,2\n']))).rejects.toThrow('lacks the columns shopper_id');
    const broken = Readable.from(
      (function* () {
        yield `${HEADER}\nada,2026-05-01,b1,150,Soda,drinks,x,1\n`;
        throw new Error('the disk is gone');
      })(),
    );
    await expect(run(broken)).rejects.toThrow('the disk is gone');
    expect(await shop.database.query('SELECT FROM purchases')).toEqual([]);
    expect((await run(csv('ada,2026-05-01,b1,150,Soda,drinks,x,1'))).imported.purchases).toBe(1);
  });

  it('works off more shoppers and more rejected rows than fit on a page', async () => {
    function* rows() {
      yield `${HEADER}\n`;
      for (let n = 0; n < 2_500; n += 1) {
        yield `s${n},2026-05-01,b${n},${n % 100},Soda,drinks,x,1\nada,2026-05-01,b${n},1,Salt,spices,x,1\n`;
      }
    }
    const { imported, rejected } = await run(Readable.from(rows()));
    expect(imported).toEqual({
      purchases: 2_500,
      lines: 2_500,
      shoppersMade: 2_500,
      productsMade: 100,
      rejected: 2_500,
    });
    expect(new Set(rejected.map(({ line }) => line)).size).toBe(2_500);
    expect(await events()).toHaveLength(2_500);
  }, 30_000);
});
