/** Corner Market, in metres: two rows of departments between the entrance and the checkout. */
export const STORE_ID = 'corner-market';

export interface DemoZone {
  zoneId: string;
  name: string;
  kind: 'entrance' | 'aisle' | 'department' | 'checkout';
  categories: readonly string[];
  /** Opposite corners on the floor plan. */
  from: Point;
  to: Point;
  gatewayId: string;
  hardwareId: string;
  /** Most gateways speak their vendor's language, some ours. */
  speaks: 'minew' | 'native';
}

export interface Point {
  x: number;
  y: number;
}

const FLOOR = { widthMetres: 42, heightMetres: 24 };

/** Zones by where they lie: [id, name, kind, categories, corners]. */
const PLAN: readonly [string, string, DemoZone['kind'], readonly string[], Point, Point][] = [
  ['entrance', 'Entrance', 'entrance', ['bread', 'fruit'], { x: 0, y: 0 }, { x: 12, y: 11 }],
  ['cereals', 'Cereals & pasta', 'aisle', ['cereals', 'pasta'], { x: 14, y: 0 }, { x: 27, y: 11 }],
  ['coffee', 'Coffee & tea', 'aisle', ['coffee', 'coffee filters', 'tea'], { x: 29, y: 0 }, { x: 42, y: 11 }],
  ['dairy', 'Dairy', 'aisle', ['milk', 'cheese', 'yoghurt', 'eggs'], { x: 31.5, y: 13 }, { x: 42, y: 24 }],
  ['wine', 'Wine & snacks', 'department', ['wine', 'snacks'], { x: 21, y: 13 }, { x: 29.5, y: 24 }],
  [
    'household',
    'Household',
    'aisle',
    ['detergent', 'dishwashing', 'paper', 'bathroom'],
    { x: 10.5, y: 13 },
    { x: 19, y: 24 },
  ],
  ['checkout', 'Checkout', 'checkout', ['sweets', 'batteries'], { x: 0, y: 13 }, { x: 8.5, y: 24 }],
];

/** Zones whose gateway posts our own format. */
const NATIVE = new Set(['entrance', 'checkout']);

export const demoZones: readonly DemoZone[] = PLAN.map(
  ([zoneId, name, kind, categories, from, to], index) => ({
    zoneId,
    name,
    kind,
    categories,
    from,
    to,
    gatewayId: `gw-${zoneId}`,
    hardwareId: `AC233FC0D0${(index + 1).toString(16).padStart(2, '0').toUpperCase()}`,
    speaks: NATIVE.has(zoneId) ? 'native' : 'minew',
  }),
);

/** Where a zone's gateway hangs, and where shoppers stand: its middle. */
export function middleOf({ from, to }: DemoZone): Point {
  return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
}

/** The layout as `PUT /v1/stores/{storeId}` takes it. No opening hours: the demo never sleeps. */
export function demoStore(): Record<string, unknown> {
  return {
    name: 'Corner Market',
    timeZone: 'Europe/Dublin',
    currency: 'EUR',
    floorPlan: FLOOR,
    zones: demoZones.map(({ zoneId, name, kind, categories, from, to }) => ({
      zoneId,
      name,
      kind,
      categories,
      polygon: [
        [from.x, from.y],
        [to.x, from.y],
        [to.x, to.y],
        [from.x, to.y],
      ],
    })),
    gateways: demoZones.map(({ gatewayId, hardwareId, zoneId }) => ({ gatewayId, hardwareId, zoneId })),
    beacons: [],
  };
}
