// Who is where when. Everything follows from the shopper's number and the time, so that gateways, phones and the
// judge of the figures need not speak to one another.

/** Stores of so many zones, with one gateway in each. */
export const STORES = 5;
export const ZONES = 20;

/**
 * Each shopper is heard once a second by four gateways and moves on after five seconds: 20 sightings an entry. The
 * fourth second in a new zone gives presence the evidence that it asks for (see `moveEvidenceDb`), so the sighting of
 * the new zone's own gateway in that second completes the entry.
 */
export const SECONDS_A_ZONE = 5;
export const GATEWAYS_HEARING = 4;
export const SIGHTINGS_AN_ENTRY = SECONDS_A_ZONE * GATEWAYS_HEARING;
const COMPLETING_SECOND = 3;
/** How often each gateway posts what it has heard. */
export const GATEWAY_PERIOD_MS = 500;

/** The level of a completing sighting, and of no other: the floor knows an entry by it. */
export const COMPLETING_DBM = -48;
const HERE_DBM = -50;
// Steps that keep the four zones of any moment, and those of ten moves in a row, apart.
const STEP = 7;
const NEIGHBOURS = [3, 11];

/** So many shoppers make `rate` entries a second. */
export function shoppersFor(rate) {
  return rate * SECONDS_A_ZONE;
}

export const shopperIdOf = (shopper) => `shopper-${shopper}`;
export const beaconIdOf = (shopper) => `mac:${shopper.toString(16).padStart(12, '0')}`;
export const shopperOfBeacon = (beaconId) => Number.parseInt(beaconId.slice(4), 16);
export const pushTokenOf = (shopper) => `push-token-${shopper}`;
export const shopperOfPushToken = (token) => Number(token.slice('push-token-'.length));
export const storeOf = (shopper) => shopper % STORES;
export const storeIdOf = (store) => `store-${store}`;
export const zoneIdOf = (zone) => `zone-${zone}`;
export const gatewayIdOf = (store, zone) => `gateway-${store}-${zone}`;

/** When within each second the shopper's tag is heard, in ms: evenly spread over all of them. */
export function phaseOf(shopper, shoppers) {
  return ((shopper * SECONDS_A_ZONE * 1_000) / shoppers) % 1_000;
}

/**
 * Where the shopper is in a second of the run.
 *
 * @param second counted from the beginning of the whole run, never backwards
 */
export function placeOf(shopper, shoppers, second) {
  const moved = second + Math.floor((shopper * SECONDS_A_ZONE) / shoppers);
  const move = Math.floor(moved / SECONDS_A_ZONE);
  const zone = (Math.floor(shopper / STORES) * 13 + move * STEP) % ZONES;
  return { zone, completes: moved % SECONDS_A_ZONE === COMPLETING_SECOND };
}

/** What hears a shopper there: the zone's gateway, the one they came from, and two neighbours, with levels. */
export function heardAt({ zone, completes }, shopper, second) {
  const noise = ((shopper * 31 + second * 17) % 5) - 2;
  return [
    { zone, rssiDbm: completes ? COMPLETING_DBM : HERE_DBM + Math.min(noise, 1) },
    { zone: (zone - STEP + ZONES) % ZONES, rssiDbm: -75 + noise },
    ...NEIGHBOURS.map((step) => ({ zone: (zone + step) % ZONES, rssiDbm: -82 - noise })),
  ];
}
