// `npm run bench -- segments`: shoppers a second whose traits and segments are worked out, and what a view weighs.
import { parseArgs } from 'node:util';
import { cpuSecondsOf } from '../cpu.mjs';
import { consentsTo, fill, inProcess, load, machineOf, PRODUCTS } from '../in-process.mjs';

const VIEWS_AT_ONCE = 500;

export async function bench(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      shoppers: { type: 'string', default: '10000' },
      purchases: { type: 'string', default: '40' },
    },
  });
  const size = { shoppers: Number(values.shoppers), purchases: Number(values.purchases), linesEach: 5 };
  const figures = await inProcess(async (app, database, postgres) => {
    await fill(database, clientele(size));
    const timed = (name, work) => measured(name, postgres, work);
    return rounds(app, database, size, timed);
  });
  console.error(figures.map((each) => JSON.stringify(each)).join('\n'));
  console.log(JSON.stringify({ machine: machineOf(), size, figures }));
}

async function rounds(app, database, { shoppers }, timed) {
  const { ShopperViews, Upkeep } = await load('insights/index.js');
  const { SegmentTemplates } = await load('insights/segments/segment-templates.service.js');
  const { Audiences } = await load('insights/segments/audience.service.js');
  const views = app.get(ShopperViews);
  const upkeep = app.get(Upkeep);
  const ids = (await database.query('SELECT shopper_id FROM shoppers')).map((row) => row.shopper_id);
  await timed('', () => loadAll(views, ids));
  const workedOff = async () => {
    while (await upkeep.step());
  };
  const figures = [await timed('traits, first time', workedOff)];
  const templates = app.get(SegmentTemplates);
  const adopted = templates.list().filter(({ rule }) => rule !== null);
  for (const { template } of adopted) {
    await templates.adopt(template, { parameters: {} }, { kind: 'service', keyId: 'bench' });
  }
  figures.push(await timed(`filling ${adopted.length} segments`, workedOff));
  await database.run("UPDATE segments SET pass_started_at = now() - interval '2 days'");
  await upkeep.startDue();
  figures.push(await timed('a sweep of the segments that go by time', workedOff));
  await database.run('INSERT INTO shopper_changes (shopper_id) SELECT shopper_id FROM shoppers');
  figures.push(await timed('every shopper changed: traits and all segments', workedOff));
  const rule = { combinator: 'and', rules: [{ field: 'visits.count', operator: '>=', value: 3 }] };
  figures.push(await timed('audience', () => app.get(Audiences).count(rule)));
  figures.push(await timed('views alone', () => loadAll(views, ids)));
  const bytes = await weights(database);
  return [
    ...figures.map((each) => ({
      ...each,
      shoppersPerSecond: Math.round(shoppers / each.seconds),
      shoppersPerCpuSecond: Math.round(shoppers / Math.max(0.01, each.cpuSeconds)),
    })),
    bytes,
  ];
}

async function loadAll(views, ids) {
  for (let from = 0; from < ids.length; from += VIEWS_AT_ONCE) {
    await views.load(ids.slice(from, from + VIEWS_AT_ONCE));
  }
}

/** By the clock, and by the processor time of this process and of Postgres. */
async function measured(name, postgres, work) {
  const [began, cpuBefore] = [performance.now(), cpuSecondsOf(process.pid, postgres)];
  await work();
  const [seconds, cpuSeconds] = [
    (performance.now() - began) / 1_000,
    cpuSecondsOf(process.pid, postgres) - cpuBefore,
  ];
  return { name, seconds: Number(seconds.toFixed(2)), cpuSeconds: Number(cpuSeconds.toFixed(2)) };
}

async function weights(database) {
  const [row] = await database.query(
    `SELECT round(avg(octet_length(traits::text)))::int AS mean, max(octet_length(traits::text)) AS most
     FROM shopper_traits`,
  );
  return { name: 'bytes of traits a shopper', ...row };
}

/** A year of shopping: 200 products of 40 categories, of which each shopper has their own. */
function clientele({ shoppers, purchases, linesEach }) {
  return [
    PRODUCTS,
    `INSERT INTO shoppers (shopper_id, birthday, attributes)
     SELECT 's' || n, to_char(date '2000-01-01' + n % 366, 'MM-DD'), '{}' FROM generate_series(1, ${shoppers}) AS n`,
    consentsTo('profiling'),
    `INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
     SELECT 's' || n || '-' || k, 's' || n, 'store-' || n % 5, CASE WHEN (n + k) % 5 = 0 THEN 'online' ELSE 'store' END,
       now() - make_interval(days => k * 360 / ${purchases}, hours => (n + k) % 12), ''
     FROM generate_series(1, ${shoppers}) AS n, generate_series(1, ${purchases}) AS k`,
    `INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity, unit_price, discount, currency)
     SELECT purchase_id, line, 'p' || (hashtext(shopper_id) + line * 7 + hashtext(purchase_id) % 4 + 100000) % 200, 1, 300,
       CASE WHEN line = 1 THEN 50 END, 'EUR'
     FROM purchases, generate_series(1, ${linesEach}) AS line`,
    'DELETE FROM shopper_changes WHERE change_id > 0',
    'INSERT INTO shopper_changes (shopper_id) SELECT shopper_id FROM shoppers',
  ];
}
