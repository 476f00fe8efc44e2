import type { ItemField } from '../../rules/index.js';
import { CAME } from '../traits/traits.sql.js';

/** A field of the items of a list, and the SQL of what it reads there: moments in milliseconds, as rules compare them. */
export interface ListField extends ItemField {
  readonly column: string;
  /** The same where the lists of all shoppers are read, joined with the catalogue as `product`. */
  readonly ofAll?: string;
}

/** What a shopper did, as a list that rules may ask about item by item. */
export interface List {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  /** The latest so many, of the last {@link LIST_DAYS} days. */
  readonly most: number;
  /** Everything after SELECT, of the shopper `asked`; `since` is the SQL of the moment before which nothing counts. */
  readonly from: (since: string, most: number) => string;
  /** The same of all shoppers with their `shopper_id`, however many items each has. */
  readonly fromAll: (since: string) => string;
  /** The item's field by which it is in order. */
  readonly latestBy: string;
  readonly items: readonly ListField[];
}

/** Further back no list reaches. */
export const LIST_DAYS = 365;

const MINOR_UNITS = 'minor units';
const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::bigint`;

const text = (field: string, label: string, description: string, column: string): ListField => ({
  field,
  label,
  description,
  type: 'text',
  column,
});
const number = (
  field: string,
  label: string,
  description: string,
  column: string,
  unit?: string,
): ListField => ({
  field,
  label,
  description,
  type: 'number',
  ...(unit !== undefined && { unit }),
  column,
});
const yesNo = (field: string, label: string, description: string, column: string): ListField => ({
  field,
  label,
  description,
  type: 'boolean',
  column,
});
const moment = (field: string, label: string, description: string, column: string): ListField => ({
  field,
  label,
  description,
  type: 'instant',
  column: ms(column),
});
const choice = (
  field: string,
  label: string,
  description: string,
  choices: readonly string[],
  column: string,
): ListField => ({ field, label, description, type: 'choice', choices, column });

/** Looked up line by line: a join would read the whole catalogue for every shopper whose list is asked. */
const ofProduct = (column: string): Pick<ListField, 'column' | 'ofAll'> => ({
  column: `(SELECT ${column} FROM products WHERE products.product_id = did.product_id)`,
  ofAll: `product.${column}`,
});
const CATALOGUE = 'LEFT JOIN products AS product ON product.product_id = did.product_id';

const OF_CATALOGUE = 'Of the catalogue; unknown for a product that it lacks.';

const product: readonly ListField[] = [
  text('productId', 'Product', 'The productId.', 'did.product_id'),
  { ...text('category', 'Category', OF_CATALOGUE, ''), ...ofProduct('category') },
  { ...text('brand', 'Brand', OF_CATALOGUE, ''), ...ofProduct('brand') },
  { ...yesNo('ownBrand', 'Own brand', OF_CATALOGUE, ''), ...ofProduct('own_brand') },
  { ...text('equivalenceGroup', 'Equivalence group', OF_CATALOGUE, ''), ...ofProduct('equivalence_group') },
];

const purchases: List = {
  name: 'purchases',
  label: 'Purchases',
  description: 'Lines of the shopper’s own purchases, in any channel; what was brought back is no line.',
  most: 500,
  from: (since, most) => `
    FROM (
      SELECT purchased_at, store_id, channel, line.*
      FROM purchases JOIN purchase_lines AS line USING (purchase_id)
      WHERE purchases.shopper_id = asked.shopper_id AND purchased_at > ${since} AND quantity > 0
      ORDER BY purchased_at DESC, purchase_id, line_no LIMIT ${most}
    ) AS did`,
  fromAll: (since) => `
    FROM (
      SELECT shopper_id, purchased_at, store_id, channel, line.*
      FROM purchases JOIN purchase_lines AS line USING (purchase_id)
      WHERE shopper_id IS NOT NULL AND purchased_at > ${since} AND quantity > 0
    ) AS did ${CATALOGUE}`,
  latestBy: 'purchasedAt',
  items: [
    ...product,
    number('quantity', 'Quantity', 'Units of the line.', 'did.quantity', 'units'),
    number(
      'amount',
      'Amount paid',
      'Units times price less discount; unknown where the till told no price.',
      'greatest(0, did.quantity * did.unit_price - coalesce(did.discount, 0))',
      MINOR_UNITS,
    ),
    text('currency', 'Currency', 'Of the amount, ISO 4217.', 'did.currency'),
    yesNo(
      'reduced',
      'On discount or with a coupon',
      'The line has a discount or a coupon.',
      '(coalesce(did.discount, 0) > 0 OR did.coupon_code IS NOT NULL)',
    ),
    yesNo('withCoupon', 'With a coupon', 'The line names a coupon.', '(did.coupon_code IS NOT NULL)'),
    text('storeId', 'Store', 'The storeId; unknown online.', 'did.store_id'),
    choice('channel', 'Channel', 'Where it was bought.', ['store', 'online'], 'did.channel'),
    moment('purchasedAt', 'Bought at', 'The time of the purchase.', 'did.purchased_at'),
  ],
};

const interactions: List = {
  name: 'interactions',
  label: 'Interactions',
  description: 'What the shopper was reported to have viewed, searched, wished for and the like.',
  most: 200,
  from: (since, most) => `
    FROM (
      SELECT * FROM interactions WHERE interactions.shopper_id = asked.shopper_id AND at > ${since}
      ORDER BY at DESC, interaction_id LIMIT ${most}
    ) AS did`,
  fromAll: (since) => `FROM (SELECT * FROM interactions WHERE at > ${since}) AS did ${CATALOGUE}`,
  latestBy: 'at',
  items: [
    choice(
      'type',
      'Kind of interaction',
      'As it was reported.',
      ['viewed', 'searched', 'wishlisted', 'shared', 'referred', 'reviewed', 'contacted'],
      'did.type',
    ),
    ...product,
    text('channel', 'Channel', 'As it was reported.', 'did.channel'),
    moment('at', 'When', 'The time of the interaction.', 'did.at'),
  ],
};

const visits: List = {
  name: 'visits',
  label: 'Visits',
  description: 'Visits to stores as they were sensed, the present one among them.',
  most: 100,
  from: (since, most) => `
    FROM (
      SELECT * FROM visits WHERE visits.shopper_id = asked.shopper_id AND started_at > ${since}
      ORDER BY started_at DESC, visit_id LIMIT ${most}
    ) AS did`,
  fromAll: (since) => `FROM (SELECT * FROM visits WHERE started_at > ${since}) AS did`,
  latestBy: 'startedAt',
  items: [
    text('storeId', 'Store', 'The storeId.', 'did.store_id'),
    choice('via', 'Begun by', 'Sensed, or checked in by the shopper.', ['sighting', 'checkin'], 'did.via'),
    {
      field: 'zoneIds',
      label: 'Zones',
      description: 'The zoneIds of the zones entered.',
      type: 'list',
      column:
        'ARRAY(SELECT DISTINCT zone_id FROM stays WHERE stays.visit_id = did.visit_id ORDER BY zone_id)',
    },
    moment('startedAt', 'Begun at', 'When the shopper was first sensed.', 'did.started_at'),
    moment('endedAt', 'Ended at', 'Unknown of a visit that goes on.', 'did.ended_at'),
    number(
      'minutes',
      'Length',
      'From the first moment to the last; unknown of a visit that goes on.',
      '(extract(epoch FROM did.ended_at - did.started_at) / 60)::float8',
      'min',
    ),
  ],
};

const eventOf = (type: string): string =>
  `EXISTS (SELECT FROM delivery_events WHERE delivery_events.delivery_id = did.delivery_id AND type = '${type}')`;

/** Of the room below that delivers them, read as its tables stand: as the traits do. */
const offers: List = {
  name: 'offers',
  label: 'Offers',
  description: 'Offers that came to the shopper’s phone.',
  most: 100,
  from: (since, most) => `
    FROM (
      SELECT * FROM deliveries
      WHERE deliveries.shopper_id = asked.shopper_id AND created_at > ${since} AND ${CAME}
      ORDER BY created_at DESC, delivery_id LIMIT ${most}
    ) AS did`,
  fromAll: (since) => `FROM (SELECT * FROM deliveries WHERE created_at > ${since} AND ${CAME}) AS did`,
  latestBy: 'madeAt',
  items: [
    text('offerId', 'Offer', 'The offerId.', 'did.offer_id::text'),
    text('storeId', 'Store', 'The storeId of the store where it was made.', 'did.store_id'),
    text('zoneId', 'Zone', 'The zoneId, where the trigger had one.', 'did.zone_id'),
    {
      field: 'categories',
      label: 'Categories',
      description: 'The categories that it was about.',
      type: 'list',
      column: 'did.categories',
    },
    yesNo(
      'rewarded',
      'With a reward',
      'It came with a discount, points or a gift.',
      "(coalesce(did.offer->'reward'->>'type', 'none') <> 'none')",
    ),
    yesNo('opened', 'Opened', 'The shopper opened it.', eventOf('opened')),
    yesNo(
      'redeemed',
      'Redeemed',
      'Its coupon was redeemed.',
      "(did.closed_as IS NOT DISTINCT FROM 'redeemed')",
    ),
    yesNo('dismissed', 'Dismissed', 'The shopper dismissed it.', eventOf('dismissed')),
    moment('madeAt', 'Made at', 'When it was made.', 'did.created_at'),
  ],
};

export const LISTS: readonly List[] = [purchases, interactions, visits, offers];
