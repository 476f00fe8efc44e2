// A process of its own: the stores' gateways. Posts what they hear on a fixed schedule, whether or not earlier posts
// were answered, and remembers when each post that completes a zone entry left.
import http from 'node:http';
import {
  GATEWAY_PERIOD_MS,
  STORES,
  ZONES,
  beaconIdOf,
  gatewayIdOf,
  heardAt,
  phaseOf,
  placeOf,
  storeOf,
} from './plan.mjs';

const TICK_MS = 5;
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity, noDelay: true });
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Posts, and counts what came back. */
function post({ port, keys }, store, body, tally) {
  const request = http.request(
    {
      agent,
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/v1/sightings',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        authorization: `Bearer ${keys[store]}`,
      },
    },
    (response) => {
      tally.answers[response.statusCode] = (tally.answers[response.statusCode] ?? 0) + 1;
      response.resume();
    },
  );
  request.on('error', () => (tally.answers.failed = (tally.answers.failed ?? 0) + 1));
  request.end(body);
}

/**
 * Lets shoppers walk for some seconds.
 *
 * @returns entries `[shopper, zone, left at]`, count of sightings, answers by status, and how late ticks were
 */
async function walk(target, { shoppers, firstSecond, seconds }) {
  const order = Array.from({ length: shoppers }, (_, shopper) => shopper).sort(
    (a, b) => phaseOf(a, shoppers) - phaseOf(b, shoppers),
  );
  const heard = Array.from({ length: STORES * ZONES }, () => ({ items: [], entries: [] }));
  const tally = { entries: [], sightings: 0, answers: {}, lateMs: [] };
  const start = nowMs();
  const startedAt = Date.now();
  let second = 0;
  let next = 0;
  const posted = heard.map((_, gateway) => (gateway * GATEWAY_PERIOD_MS) / heard.length - GATEWAY_PERIOD_MS);

  const hear = (shopper, ms) => {
    const place = placeOf(shopper, shoppers, firstSecond + second);
    const observedAt = new Date(startedAt + ms).toISOString();
    const store = storeOf(shopper);
    for (const { zone, rssiDbm } of heardAt(place, shopper, firstSecond + second)) {
      const gateway = heard[store * ZONES + zone];
      gateway.items.push(
        `{"gatewayId":"${gatewayIdOf(store, zone)}","beaconId":"${beaconIdOf(shopper)}","rssiDbm":${rssiDbm},"observedAt":"${observedAt}"}`,
      );
      if (place.completes && zone === place.zone) gateway.entries.push([shopper, zone]);
    }
  };
  const report = (gateway) => {
    const { items, entries } = heard[gateway];
    if (items.length === 0) return;
    heard[gateway] = { items: [], entries: [] };
    const body = `{"sightings":[${items.join(',')}]}`;
    const left = nowMs();
    for (const [shopper, zone] of entries) tally.entries.push([shopper, zone, left]);
    tally.sightings += items.length;
    post(target, Math.floor(gateway / ZONES), body, tally);
  };
  const tick = (elapsed) => {
    for (; second < seconds; next += 1) {
      if (next === order.length) {
        next = 0;
        second += 1;
        if (second === seconds) break;
      }
      const due = second * 1_000 + phaseOf(order[next], shoppers);
      if (due > elapsed) break;
      hear(order[next], due);
    }
    for (let gateway = 0; gateway < heard.length; gateway += 1) {
      if (elapsed < posted[gateway] + GATEWAY_PERIOD_MS) continue;
      posted[gateway] += GATEWAY_PERIOD_MS;
      tally.lateMs.push(elapsed - posted[gateway]);
      report(gateway);
    }
  };
  const until = seconds * 1_000 + GATEWAY_PERIOD_MS;
  for (let elapsed = 0; elapsed < until; elapsed = nowMs() - start) {
    tick(elapsed);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  for (let gateway = 0; gateway < heard.length; gateway += 1) report(gateway);
  return tally;
}

let target;
process.on('message', async ({ kind, ...rest }) => {
  if (kind === 'target') target = rest;
  else if (kind === 'walk') process.send({ answer: await walk(target, rest) });
});
process.on('disconnect', () => process.exit(0));
