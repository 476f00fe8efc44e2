import fc from 'fast-check';
import { SECOND_MS, type GatewayId, type ShopperId, type StoreId, type ZoneId } from '../shared/index.js';
import type { Sighting } from '../sightings/index.js';
import type { StoreLayout, Zone } from '../stores/index.js';
import { calmOf, NEVER } from './calm.rules.js';
import { defaultParameters } from './parameters.js';
import { advance } from './presence.rules.js';
import type { Presence } from './state.js';
import type { Place } from './work.rules.js';

const START = Date.UTC(2026, 4, 4, 9);
const NAMES = ['a', 'b', 'c'];
const layout: StoreLayout = {
  storeId: 'berlin' as StoreId,
  name: 'Berlin',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  openingHours: [],
  zones: new Map(
    NAMES.map((name): [ZoneId, Zone] => [
      name as ZoneId,
      { zoneId: name as ZoneId, name, kind: 'aisle', categories: [] },
    ]),
  ),
  gateways: new Map(NAMES.map((name) => [`g-${name}` as GatewayId, { zoneId: name as ZoneId }])),
  beacons: new Map(),
};

function placeWith(dwellSeconds: readonly number[]): Place {
  let made = 0;
  const newId = (): string => `id-${(made += 1)}`;
  return { layout, context: { newId, parameters: defaultParameters, dwellSeconds } };
}

function heard(observedAt: number, gateway: string, rssiDbm: number): Sighting {
  return {
    shopperId: 's-1' as ShopperId,
    storeId: layout.storeId,
    anchor: { kind: 'gateway', gatewayId: `g-${gateway}` as GatewayId },
    rssiDbm,
    observedAt,
    receivedAt: observedAt,
    sightingId: `${gateway}-${observedAt}-${rssiDbm}`,
  };
}

function take(
  presence: Presence | undefined,
  sightings: readonly Sighting[],
  place: Place,
): ReturnType<typeof advance> {
  const now = Math.max(START, ...sightings.map(({ observedAt }) => observedAt));
  return advance(presence, sightings, place.layout, now, place.context);
}

/** So many seconds beside gateway `a`, while `b` is heard as loud as told. */
function standing(seconds: number, otherDbm: number, place: Place): Presence {
  let presence: Presence | undefined;
  for (let second = 0; second < seconds; second += 1) {
    const at = START + second * SECOND_MS;
    presence = take(presence, [heard(at, 'a', -55), heard(at + 100, 'b', otherDbm)], place).presence;
  }
  return presence!;
}

describe('calm', () => {
  it('is who stands in a zone, for the second of the last hearing and the next', () => {
    const place = placeWith([]);
    const from = START + 9 * SECOND_MS;
    expect(calmOf(standing(10, -75, place), place)).toEqual({ from, until: from + 2 * SECOND_MS });
  });

  it('is nobody without a zone, or with one that is not borne out yet', () => {
    const place = placeWith([]);
    expect(calmOf(standing(1, -75, place), place)).toEqual(NEVER);
    expect(calmOf(standing(3, -75, place), place)).toEqual(NEVER);
  });

  it('is nobody of whom another zone has much evidence', () => {
    const place = placeWith([]);
    let presence = standing(10, -75, place);
    for (const second of [10, 11]) {
      const at = START + second * SECOND_MS;
      presence = take(presence, [heard(at, 'b', -50), heard(at, 'a', -80)], place).presence!;
    }
    expect(calmOf(presence, place)).toEqual(NEVER);
  });

  it('ends before a length of stay that an offer waits for', () => {
    const place = placeWith([10]);
    const presence = standing(10, -75, place);
    expect(calmOf(presence, place).until).toBe((presence.stay?.enteredAt ?? 0) + 10 * SECOND_MS);
  });

  it('means that nothing comes of what is heard in it, whatever that is', () => {
    const level = fc.integer({ min: -95, max: -30 });
    const gateway = fc.constantFrom(...NAMES);
    const past = fc.array(fc.array(fc.tuple(gateway, level), { maxLength: 4 }), {
      minLength: 5,
      maxLength: 30,
    });
    const next = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), gateway, level), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(past, next, (seconds, sightings) => {
        const place = placeWith([5, 20]);
        let presence: Presence | undefined;
        for (const [second, each] of seconds.entries()) {
          const at = START + second * SECOND_MS + 300;
          presence = take(
            presence,
            [heard(at, 'a', -60), ...each.map(([name, dbm]) => heard(at, name, dbm))],
            place,
          ).presence;
          if (presence === undefined) continue;
          const { from, until } = calmOf(presence, place);
          if (until === 0) continue;
          const within = sightings.map(([part, name, dbm]) =>
            heard(Math.min(until - 1, Math.floor(from + part * (until - from))), name, dbm),
          );
          expect(take(presence, within, place).changes).toEqual([]);
        }
      }),
    );
  });
});
