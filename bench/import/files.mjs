/** Files as a retailer would export them, made here: purchases of two lines, 50 to a shopper, of 5,000 products. */
const BLOCK = 1_000;

function* blocks(header, row, rows, first) {
  yield `${header}\n`;
  for (let from = 0; from < rows; from += BLOCK) {
    let text = '';
    for (let n = from; n < Math.min(rows, from + BLOCK); n += 1) text += `${row(n + first)}\n`;
    yield text;
  }
}

const day = (n) => new Date(Date.UTC(2024, 0, 1) + (n % 700) * 86_400_000).toISOString();

export const files = {
  shoppers: {
    tables: {
      shoppers: {
        columns: 'shopper_id, display_name, locale, birthday, loyalty',
        select: `SELECT shopper_id, display_name, locale, birthday,
          jsonb_build_object('tier', loyalty_tier, 'points', loyalty_points) FROM bare ORDER BY 1`,
      },
    },
    bare: 'shopper_id text, display_name text, locale text, birthday text, loyalty_tier text, loyalty_points int',
    text: (rows, first) =>
      blocks(
        'shopper_id,display_name,locale,birthday,loyalty_tier,loyalty_points',
        (n) => `shopper-${n},Name ${n},fr-BE,0${1 + (n % 9)}-1${n % 10},gold,${n % 1_000}`,
        rows,
        first,
      ),
  },
  products: {
    tables: {
      products: {
        columns: 'product_id, name, brand, own_brand, category, price, currency',
        select: 'SELECT * FROM bare ORDER BY 1',
      },
    },
    bare: 'product_id text, name text, brand text, own_brand bool, category text, price bigint, currency text',
    text: (rows, first) =>
      blocks(
        'product_id,name,brand,own_brand,category,price,currency',
        (n) =>
          `product-${n},Product ${n},Brand ${n % 300},${n % 5 === 0},category ${n % 400},${100 + (n % 900)},EUR`,
        rows,
        first,
      ),
  },
  consents: {
    tables: {
      contact_state: { columns: 'shopper_id', select: 'SELECT DISTINCT shopper_id FROM bare ORDER BY 1' },
      consents: {
        columns: 'shopper_id, purpose, granted, policy_version, source, at',
        select: 'SELECT * FROM bare ORDER BY 1, 2',
      },
      consent_history: {
        columns: 'entry_id, shopper_id, purpose, granted, policy_version, source, at, actor',
        select: "SELECT gen_random_uuid(), *, 'service' FROM bare ORDER BY 1",
      },
    },
    bare: 'shopper_id text, purpose text, granted bool, policy_version text, source text, at timestamptz',
    text: (rows, first) =>
      blocks(
        'shopper_id,purpose,granted,policy_version,source,at',
        (n) => `shopper-${n},profiling,true,v1,till,${day(n)}`,
        rows,
        first,
      ),
  },
  purchases: {
    tables: {
      shoppers: { columns: 'shopper_id', select: 'SELECT DISTINCT shopper_id FROM bare ORDER BY 1' },
      purchases: {
        columns: 'purchase_id, shopper_id, channel, purchased_at, content_hash',
        select: `SELECT DISTINCT ON (basket_id) basket_id, shopper_id, channel, purchased_at,
          sha256(convert_to(basket_id, 'UTF8')) FROM bare ORDER BY basket_id`,
      },
      purchase_lines: {
        columns: 'purchase_id, line_no, product_id, quantity, unit_price, currency',
        select: `SELECT basket_id, row_number() OVER (PARTITION BY basket_id), product_id, quantity, unit_price, currency
          FROM bare ORDER BY 1, 2`,
      },
    },
    bare: `shopper_id text, purchased_at timestamptz, basket_id text, product_id text, quantity int, unit_price bigint,
      currency text, channel text`,
    text: (rows, first) =>
      blocks(
        'shopper_id,purchased_at,basket_id,product_id,quantity,unit_price,currency,channel',
        (n) =>
          `shopper-${(n >> 1) % 20_000},${day(n >> 1)},basket-${String(n >> 1).padStart(9, '0')},product-${(n * 7) % 5_000},1,${100 + (n % 900)},EUR,store`,
        rows,
        first,
      ),
  },
};
