import type { Queryable } from '../platform/index.js';

const FIELDS = `name, brand, own_brand, category, pack_amount, pack_unit, price, currency, unit_cost, equivalence_group`;

/** Products of a step as rows of the table. */
const GIVEN = `
  SELECT id AS product_id, name, brand, "ownBrand" AS own_brand, category, (pack ->> 'amount')::double precision AS pack_amount,
         pack ->> 'unit' AS pack_unit, (price ->> 'amount')::bigint AS price, price ->> 'currency' AS currency,
         (cost ->> 'amount')::bigint AS unit_cost, "equivalenceGroup" AS equivalence_group
  FROM items, jsonb_to_record(jsonb_build_object('pack', item -> 'packSize', 'cost', item -> 'unitCost') || item) AS given (
    name text, brand text, "ownBrand" boolean, category text, pack jsonb, price jsonb, cost jsonb, "equivalenceGroup" text)`;

/**
 * Writes the products of a step of an import whole, each once in it, as `CatalogueRepository.save` does. Those that say
 * what is on record are left alone; new ones need no ON CONFLICT, whose cost is half as much again: who loses against
 * another writer is done again.
 */
export async function saveItems(tx: Queryable): Promise<void> {
  const known = await tx.run(
    'UPDATE items SET is_known = true FROM products WHERE products.product_id = items.id',
  );
  if (known > 0) {
    await tx.run(
      `UPDATE products SET (${FIELDS}, updated_at) = (${prefixed('given')}, now())
       FROM (${GIVEN} WHERE is_known) AS given
       WHERE products.product_id = given.product_id
         AND (${prefixed('products')}) IS DISTINCT FROM (${prefixed('given')})`,
    );
  }
  await tx.run(
    `INSERT INTO products (product_id, ${FIELDS}) SELECT product_id, ${FIELDS} FROM (${GIVEN} WHERE NOT is_known) AS given
     ORDER BY product_id`,
  );
}

function prefixed(table: string): string {
  return FIELDS.split(', ')
    .map((field) => `${table}.${field}`)
    .join(', ');
}
