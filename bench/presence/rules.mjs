// What the pure rules take, and how large a state is.
import { heardOnPlan, located, sightingOf, zoned } from './shop.mjs';

const FIRST_SECOND = 1_700_000_000;
const WARM_UP_SECONDS = 2_000;
const SECONDS = 10_000;

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
  const microseconds = microsecondsOf(heardIn, (sightings, now) => {
    presence = advance(presence, sightings, layout, (now + 1) * 1_000, context).presence;
  });
  return { presence, microseconds };
}

async function correctedAlone(dist, radio, parameters) {
  const { begin, predicted, corrected } = await dist('presence/location/track.rules.js');
  const { rounded } = await dist('presence/location/rounding.rules.js');
  let track = begin(FIRST_SECOND - 1, radio, parameters);
  return microsecondsOf(
    (now) => heardOnPlan(now).map(({ rssiDbm: dbm }, anchor) => ({ anchor, dbm, several: false })),
    (heard, now) => {
      track = rounded(corrected(predicted(track, now, parameters), heard, radio, parameters));
    },
  );
}

/** CPU time of one call; what it is given is made before. */
function microsecondsOf(heardIn, take) {
  const heard = Array.from({ length: WARM_UP_SECONDS + SECONDS }, (_, second) =>
    heardIn(FIRST_SECOND + second),
  );
  let before;
  heard.forEach((sightings, second) => {
    if (second === WARM_UP_SECONDS) before = process.cpuUsage();
    take(sightings, FIRST_SECOND + second);
  });
  const { user, system } = process.cpuUsage(before);
  return round((user + system) / SECONDS);
}

function round(value) {
  return Number(value.toFixed(1));
}
