// What the pure rules take, and how large a state is.
import { heardOnPlan, located, sightingOf, zoned } from './shop.mjs';

const FIRST_SECOND = 1_700_000_000;
const WARM_UP_SECONDS = 2_000;
const SECONDS = 10_000;

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** `dist` as a function from a path in it to the module. */
export async function measureRules(dist) {
  const { advance } = await dist('presence/presence.rules.js');
  const { encode } = await dist('presence/encoding.js');
  const { defaultParameters: parameters } = await dist('presence/parameters.js');
  const { radioMapOf } = await dist('presence/location/radio-map.rules.js');
  let ids = 0;
  const context = {
    newId: () => `0190b0b0-0000-7000-8000-${String((ids += 1)).padStart(12, '0')}`,
    parameters,
    dwellSeconds: [30, 60],
  };
  const radio = radioMapOf(located, undefined);
  const onPlan = walk((second) => heardOnPlan(second), located, { ...context, radio }, advance);
  const byZone = walk(
    (second) => [-55, -72, -80].map((dbm, gateway) => sightingOf('shopper-1', gateway, dbm, second * 1_000)),
    zoned,
    context,
    advance,
  );
  return [
    {
      name: 'rules located 12 gateways',
      advanceMicroseconds: onPlan.microseconds,
      correctedMicroseconds: await correctedAlone(dist, radio, parameters),
      stateBytes: encode(onPlan.presence).length,
    },
    {
      name: 'rules 3 zone gateways',
      advanceMicroseconds: byZone.microseconds,
      stateBytes: encode(byZone.presence).length,
    },
  ];
}

/** One call a second with all that was heard in it. */
function walk(heardIn, layout, context, advance) {
  let presence;
  let tookMs = 0;
  for (let second = 0; second < WARM_UP_SECONDS + SECONDS; second += 1) {
    const now = FIRST_SECOND + second;
    const sightings = heardIn(now);
    const from = nowMs();
    presence = advance(presence, sightings, layout, (now + 1) * 1_000, context).presence;
    if (second >= WARM_UP_SECONDS) tookMs += nowMs() - from;
  }
  return { presence, microseconds: round((tookMs * 1_000) / SECONDS) };
}

async function correctedAlone(dist, radio, parameters) {
  const { begin, predicted, corrected, rounded } = await dist('presence/location/track.rules.js');
  let track = begin(FIRST_SECOND, radio, parameters);
  let tookMs = 0;
  for (let second = 1; second < WARM_UP_SECONDS + SECONDS; second += 1) {
    const now = FIRST_SECOND + second;
    const heard = heardOnPlan(now).map(({ rssiDbm: dbm }, anchor) => ({ anchor, dbm, several: false }));
    const expected = predicted(track, now, parameters);
    const from = nowMs();
    const found = corrected(expected, heard, radio, parameters);
    if (second >= WARM_UP_SECONDS) tookMs += nowMs() - from;
    track = rounded(found);
  }
  return round((tookMs * 1_000) / SECONDS);
}

function round(value) {
  return Number(value.toFixed(1));
}
