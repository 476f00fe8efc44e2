// `npm run bench -- audience`: how long it takes to count whom a rule reaches, of 100,000 shoppers.
import { parseArgs } from 'node:util';
import { consentsTo, fill, inProcess, load, machineOf, PRODUCTS } from '../in-process.mjs';

const ROUNDS = 3;

export async function bench(options) {
  const { values } = parseArgs({
    args: options,
    options: { shoppers: { type: 'string', default: '100000' } },
  });
  const shoppers = Number(values.shoppers);
  const candidates = await inProcess((app, database) => measured(app, database, shoppers));
  console.log(JSON.stringify({ machine: machineOf(), shoppers, candidates, ratios: [] }));
}

async function measured(app, database, shoppers) {
  const { Audiences } = await load('insights/segments/audience.service.js');
  await fill(database, clientele(shoppers));
  const figures = [];
  for (const [name, rule] of Object.entries(RULES)) {
    const figure = { name, ...(await best(() => app.get(Audiences).count(rule))) };
    console.error(JSON.stringify(figure));
    figures.push(figure);
  }
  return figures;
}

/** The quickest of some rounds: what else the machine does only adds. */
async function best(work) {
  let milliseconds = Infinity;
  let answer;
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    answer = await work();
    milliseconds = Math.min(milliseconds, Math.round(performance.now() - began));
  }
  const { count, exact, asked, of } = answer;
  return { milliseconds, count, exact, asked, of };
}

const is = (name, operator, value) => ({ field: 'shopper.attributes', of: { name }, operator, value });
const all = (...rules) => ({ combinator: 'and', rules });
const lately = {
  field: 'purchases',
  operator: 'matchesAny',
  value: all(
    { field: 'category', operator: '=', value: 'c1' },
    { field: 'purchasedAt', operator: 'withinDays', value: 30 },
  ),
};
const RULES = {
  'an attribute': is('city', '=', 'city 3'),
  'three conditions': all(
    is('age', 'between', [30, 50]),
    { field: 'visits.count', operator: '>=', value: 3 },
    { field: 'replenishment.purchases', of: { category: 'c1' }, operator: '>=', value: 1 },
  ),
  'a purchase of coffee within 30 days': lately,
  'a birthday this week, by each calendar': { field: 'shopper.daysUntilBirthday', operator: '<=', value: 7 },
  'narrowed by SQL, asked of views': all(is('city', '=', 'city 3'), {
    field: 'replenishment.dueProbability',
    of: { category: 'c1' },
    operator: '>=',
    value: 0.5,
  }),
};

/** Four purchases a shopper of three lines each, of 40 categories; derived rows as the program would make them. */
function clientele(shoppers) {
  return [
    PRODUCTS,
    `INSERT INTO shoppers (shopper_id, time_zone, birthday, attributes)
     SELECT 's' || n, (ARRAY['Europe/Paris', 'Asia/Tokyo', 'America/Lima'])[1 + n % 3],
       to_char(date '2000-01-01' + n % 366, 'MM-DD'), jsonb_build_object('city', 'city ' || n % 30, 'age', 18 + n % 70)
     FROM generate_series(1, ${shoppers}) AS n`,
    consentsTo('profiling'),
    `INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
     SELECT 'b' || n || '-' || m, 's' || n, 'north', 'store', now() - make_interval(days => m * 20 + n % 19), ''
     FROM generate_series(1, ${shoppers}) AS n, generate_series(0, 3) AS m`,
    `INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity)
     SELECT purchase_id, line, 'p' || (hashtext(purchase_id || line) & 255) % 200, 1
     FROM purchases, generate_series(1, 3) AS line`,
    `INSERT INTO shopper_activity (shopper_id, visits, first_visit_at, last_visit_at)
     SELECT shopper_id, count(*), min(purchased_at), max(purchased_at) FROM purchases GROUP BY shopper_id`,
    `INSERT INTO replenishment (shopper_id, category, purchases, first_purchased_at, last_purchased_at,
       visits_at_first, sum_log_gap, sum_log_gap_squared)
     SELECT shopper_id, category, count(*), min(purchased_at), max(purchased_at), 1, 0, 0
     FROM purchases JOIN purchase_lines USING (purchase_id) JOIN products USING (product_id)
     GROUP BY shopper_id, category`,
  ];
}
