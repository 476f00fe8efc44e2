// What gateways post. Shoppers stand still: moves and what follows them are the journey's to measure.
import { STORES, ZONES, beaconIdOf, gatewayIdOf } from '../journey/plan.mjs';

/** By so many gateways each shopper is heard in turn: their zone's own, and neighbours. */
const GATEWAYS_HEARING = 4;
const LEVELS_DBM = [-52, -74, -80, -83];

/** The share of a round by which one gateway's post about a shopper is behind that of the gateway before. */
const BEHIND = 1 / 20;

/**
 * In the order of posts: of which store, by which gateway, about which shoppers. Round after round without end; in each,
 * every shopper's gateways follow one another closely, but not so closely that presence could write them together.
 */
function* reports(shoppers, sightings) {
  const blocks = Math.floor(shoppers / STORES / sightings);
  const behind = Math.ceil(blocks * BEHIND);
  for (let step = 0; ; step += 1) {
    for (let turn = 0; turn < GATEWAYS_HEARING; turn += 1) {
      const block = (step + blocks - turn * behind) % blocks;
      for (let store = 0; store < STORES; store += 1) yield { turn, block, store };
    }
  }
}

/** So many shoppers in a row are in one zone, however many of them a post tells of. */
const IN_A_ZONE = 100;

/** One gateway hears the whole block: its zone's own, or a neighbour. */
function zoneOf({ turn, block }, sightings) {
  return (Math.floor((block * sightings) / IN_A_ZONE) + turn * 3) % ZONES;
}

function shoppersOf({ block, store }, sightings) {
  return Array.from({ length: sightings }, (_, place) => (block * sightings + place) * STORES + store);
}

/** What a row says before its time, and after it. */
const ROW = {
  native: (shopper, gatewayId, rssiDbm) => [
    `{"gatewayId":"${gatewayId}","beaconId":"${beaconIdOf(shopper)}","rssiDbm":${rssiDbm},"observedAt":"`,
    '"}',
  ],
  minew: (shopper, _gatewayId, rssiDbm) => [
    '{"timestamp":"',
    `","type":"Unknown","mac":"${beaconIdOf(shopper).slice(4).toUpperCase()}","bleName":"","rssi":${rssiDbm},"rawData":""}`,
  ],
};

/** The whole body around its rows. */
const BODY = {
  native: (_now, rows) => `{"sightings":[${rows}]}`,
  minew: (now, rows) =>
    `[{"timestamp":"${now}","type":"Gateway","mac":"AC233FC00001","gatewayFree":90,"gatewayLoad":0.1},${rows}]`,
};

/**
 * Posts one after another, each with the time at which it is asked for.
 *
 * @param format a name of `ROW`
 * @returns a function that gives `{store, path, body}`
 */
export function posts(format, { shoppers, sightings }) {
  const order = reports(shoppers, sightings);
  // Rows are made once: what the generator spends is taken from what it measures.
  const made = new Map();
  return () => {
    const report = order.next().value;
    const { turn, block, store } = report;
    const gatewayId = gatewayIdOf(store, zoneOf(report, sightings));
    const key = `${turn} ${block} ${store}`;
    let rows = made.get(key);
    if (rows === undefined) {
      rows = shoppersOf(report, sightings).map((each) => ROW[format](each, gatewayId, LEVELS_DBM[turn]));
      made.set(key, rows);
    }
    const now = new Date().toISOString();
    const text = rows.map(([before, after]) => before + now + after).join(',');
    const path = format === 'native' ? '/v1/sightings' : `/v1/gateways/${gatewayId}/${format}`;
    return { store, path, body: BODY[format](now, text) };
  };
}
