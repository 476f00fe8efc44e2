// A store without a program around it: one radio a zone, or radios on a plan by which shoppers are located.

const GATEWAYS = 12;
const WIDTH_METRES = 40;
const HEIGHT_METRES = 24;
const SECOND_MS = 1_000;

const STORE = {
  storeId: 'store-1',
  name: 'Store 1',
  timeZone: 'UTC',
  currency: 'EUR',
  openingHours: [],
  beacons: new Map(),
};

const zoneOf = (zoneId, polygon) => [
  zoneId,
  { zoneId, name: zoneId, kind: 'aisle', categories: [], ...(polygon && { polygon }) },
];
const range = (count) => Array.from({ length: count }, (_, index) => index);

/** Three gateways, each for a zone. */
export const zoned = {
  ...STORE,
  zones: new Map(range(3).map((zone) => zoneOf(`zone-${zone}`))),
  gateways: new Map(range(3).map((zone) => [`gateway-${zone}`, { zoneId: `zone-${zone}` }])),
};

/** Twelve gateways in a hall of 40 by 24 m with eight zones that cover it; not surveyed. */
export const located = {
  ...STORE,
  zones: new Map(
    range(8).map((zone) => {
      const [left, bottom] = [(zone % 4) * 10, Math.floor(zone / 4) * 12];
      const [right, top] = [left + 10, bottom + 12];
      const corners = [
        [left, bottom],
        [right, bottom],
        [right, top],
        [left, top],
      ];
      return zoneOf(`zone-${zone}`, corners);
    }),
  ),
  gateways: new Map(range(GATEWAYS).map((gateway) => [`gateway-${gateway}`, { position: spotOf(gateway) }])),
};

function spotOf(gateway) {
  return { x: 5 + (gateway % 4) * 10, y: 4 + Math.floor(gateway / 4) * 8 };
}

/** Where somebody is who walks round the hall. */
function placeAt(second) {
  return {
    x: WIDTH_METRES * (0.5 + 0.4 * Math.cos(second / 30)),
    y: HEIGHT_METRES * (0.5 + 0.4 * Math.sin(second / 30)),
  };
}

/** What all twelve gateways hear of the walker in a second. */
export function heardOnPlan(second) {
  const { x, y } = placeAt(second);
  return range(GATEWAYS).map((gateway) => {
    const spot = spotOf(gateway);
    const noise = ((gateway * 31 + second * 17) % 7) - 3;
    const rssiDbm =
      Math.round(-59 - 22 * Math.log10(Math.max(1, Math.hypot(spot.x - x, spot.y - y)))) + noise;
    return sightingOf('shopper-1', gateway, rssiDbm, second * SECOND_MS + gateway * 80);
  });
}

/** One for all that a gateway heard in a post. */
const anchors = range(GATEWAYS).map((gateway) => ({ kind: 'gateway', gatewayId: `gateway-${gateway}` }));

/** A sighting by a gateway, as presence takes it. */
export function sightingOf(shopperId, gateway, rssiDbm, observedAt) {
  return {
    shopperId,
    storeId: STORE.storeId,
    anchor: anchors[gateway],
    rssiDbm,
    observedAt,
    receivedAt: observedAt,
    sightingId: `${gateway}|${shopperId}|${observedAt}`,
  };
}
