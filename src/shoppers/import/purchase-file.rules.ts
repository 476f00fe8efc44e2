import { z } from 'zod';
import {
  checked,
  copyLine,
  quickly,
  type Column,
  type RowContext,
  type StagedRow,
} from '../../imports/index.js';
import { vocabulary } from '../../platform/index.js';
import { purchase } from '../purchases/purchase.dto.js';
import { admit, isDiscountWithinPrice, isOfOneCurrency, type Purchase } from '../purchases/purchase.rules.js';

const MAX_TEXT = 500;

/** In the order in which `itemOf` takes the values apart. */
export const columns: readonly Column[] = [
  { path: 'shopperId', kind: 'text', required: true },
  { path: 'purchasedAt', kind: 'text', required: true },
  { path: 'purchaseId', kind: 'text', aliases: ['basketId'], required: true },
  { path: 'lines[0].productId', kind: 'text', aliases: ['productId'], required: true },
  { path: 'product.category', kind: 'text', aliases: ['category'] },
  { path: 'product.name', kind: 'text', aliases: ['productName'] },
  { path: 'product.brand', kind: 'text', aliases: ['brand'] },
  { path: 'lines[0].quantity', kind: 'number', aliases: ['quantity'] },
  { path: 'lines[0].unitPrice.amount', kind: 'number', aliases: ['unitPrice', 'unitPriceAmount'] },
  { path: 'lines[0].discount.amount', kind: 'number', aliases: ['discount', 'discountAmount'] },
  { path: 'lines[0].unitPrice.currency', kind: 'text', aliases: ['currency'] },
  { path: 'lines[0].couponCode', kind: 'text', aliases: ['couponCode'] },
  { path: 'channel', kind: 'text' },
  { path: 'storeId', kind: 'text' },
];

/** What a flat row may tell of a product that nobody has described yet. */
const told = z.object({
  category: vocabulary.text(MAX_TEXT).optional(),
  name: vocabulary.text(MAX_TEXT).optional(),
  brand: vocabulary.text(MAX_TEXT).optional(),
});
type Told = z.output<typeof told>;

/** Made field by field: a copy with a rest costs more than all the checks. */
export const quickPurchase = quickly(
  purchase,
  ({ purchaseId, shopperId, storeId, channel, purchasedAt, lines }) => {
    for (const line of lines) {
      if (line.quantity === 0 || !isOfOneCurrency(line) || !isDiscountWithinPrice(line)) return undefined;
    }
    return { purchaseId, shopperId, storeId, channel, purchasedAt: Date.parse(purchasedAt), lines };
  },
);
const quickTold = quickly(told, (item) => item);

/** A row of CSV: one line of a purchase, and what it tells of the product. */
export class FlatPurchase {
  constructor(
    readonly purchase: unknown,
    readonly product: unknown,
  ) {}
}

const DAY = /^\d{4}-\d\d-\d\d$/;

/** One line of a purchase. A day alone is taken at noon UTC, which is that same day in nearly every zone. */
export function itemOf(values: readonly unknown[]): FlatPurchase {
  const [shopperId, purchasedAt, purchaseId, productId, category, name, brand] = values;
  const [quantity = 1, unitPrice, discount, currency, couponCode, channel = 'store', storeId] =
    values.slice(7);
  const line = {
    productId,
    quantity,
    ...(unitPrice !== undefined && { unitPrice: { amount: unitPrice, currency } }),
    ...(discount !== undefined && { discount: { amount: discount, currency } }),
    ...(couponCode !== undefined && { couponCode }),
  };
  const at =
    typeof purchasedAt === 'string' && DAY.test(purchasedAt) ? `${purchasedAt}T12:00:00Z` : purchasedAt;
  return new FlatPurchase(
    {
      purchaseId,
      shopperId,
      channel,
      purchasedAt: at,
      lines: [line],
      ...(storeId !== undefined && { storeId }),
    },
    { category, name, brand },
  );
}

/** Columns of the staging table behind `line`, in the order of `copyOf`. */
export const STAGED_COLUMNS = `sub integer NOT NULL, is_whole boolean NOT NULL,
  purchase_id text COLLATE "C" NOT NULL, shopper_id text NOT NULL, store_id text, channel text NOT NULL,
  purchased_ms bigint NOT NULL, product_id text NOT NULL, quantity text NOT NULL, unit_price bigint, discount bigint,
  currency text, coupon_code text, category text, product_name text, brand text`;

/**
 * Checks a purchase as the door does, or one line of it as a flat row has it.
 *
 * @returns for the staging table one line for each line of the purchase
 */
export function stage(item: unknown, context: RowContext): StagedRow {
  const isFlat = item instanceof FlatPurchase;
  const outcome = checked(purchase, isFlat ? item.purchase : item, quickPurchase);
  if (!('value' in outcome)) return outcome;
  const product = isFlat ? checked(told, item.product, quickTold) : { value: {} };
  if (!('value' in product)) return { ...product, path: `product.${product.path}` };
  // A file that is moved to now may be of any time.
  const latest = context.shiftsToNow ? Number.POSITIVE_INFINITY : context.receivedAt;
  const admitted = admit(outcome.value, context.actor, latest);
  if (!admitted.ok) return { path: '', code: admitted.code, detail: admitted.detail };
  return {
    copy: copyOf(admitted.purchase, product.value, context.line, !isFlat),
    at: admitted.purchase.purchasedAt,
  };
}

function copyOf(bought: Purchase, product: Told, line: number, isWhole: boolean): string {
  let copy = '';
  bought.lines.forEach((each, sub) => {
    copy += copyLine([
      line,
      sub,
      isWhole ? 't' : 'f',
      bought.purchaseId,
      bought.shopperId,
      bought.storeId ?? null,
      bought.channel,
      bought.purchasedAt,
      each.productId,
      each.quantity,
      each.unitPrice?.amount ?? null,
      each.discount?.amount ?? null,
      (each.unitPrice ?? each.discount)?.currency ?? null,
      each.couponCode ?? null,
      product.category ?? null,
      product.name ?? null,
      product.brand ?? null,
    ]);
  });
  return copy;
}
