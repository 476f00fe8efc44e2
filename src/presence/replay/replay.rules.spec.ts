import fc from 'fast-check';
import { seeded, type GatewayId, type ShopperId, type StoreId, type ZoneId } from '../../shared/index.js';
import type { Sighting } from '../../sightings/index.js';
import type { StoreLayout, Zone } from '../../stores/index.js';
import { defaultParameters } from '../parameters.js';
import { replayed, type ReplayStep, type Traced } from './replay.rules.js';
import { settledStays } from './stays.rules.js';

const AT = Date.parse('2026-11-22T10:00:00Z');
const zones = ['coffee', 'tea'];

const layout: StoreLayout = {
  storeId: 's1' as StoreId,
  name: 'Corner shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  openingHours: [],
  zones: new Map(
    zones.map((id): [ZoneId, Zone] => [
      id as ZoneId,
      { zoneId: id as ZoneId, name: id, kind: 'aisle', categories: [] },
    ]),
  ),
  gateways: new Map(zones.map((id) => [`by-${id}` as GatewayId, { zoneId: id as ZoneId }])),
  beacons: new Map(),
};

/** Each a minute at the coffee, then a minute at the tea, a little after one another; levels scatter by ±6 dB. */
function walks(walkers: number): Traced {
  const roll = seeded('replay');
  const sightings: Sighting[] = [];
  for (let walker = 0; walker < walkers; walker += 1) {
    for (let second = 0; second < 120; second += 1) {
      const near = second < 60 ? 'coffee' : 'tea';
      const observedAt = AT + (walker * 7 + second) * 1_000 + Math.floor(roll() * 900);
      for (const id of zones) {
        sightings.push({
          shopperId: `walker-${walker}` as ShopperId,
          storeId: layout.storeId,
          anchor: { kind: 'gateway', gatewayId: `by-${id}` as GatewayId },
          rssiDbm: Math.round((id === near ? -52 : -75) + (roll() - 0.5) * 12),
          observedAt,
          receivedAt: observedAt,
          sightingId: `by-${id}`,
        });
      }
    }
  }
  return { sightings, checkIns: [] };
}

const play = (traced: Traced, on = layout): ReplayStep[] => [
  ...replayed(traced, { layout: on, startedAt: AT, parameters: defaultParameters, dwellSeconds: [20] }),
];
const staysOf = (steps: readonly ReplayStep[]): string[] =>
  settledStays(steps.flatMap(({ changes }) => changes)).map(
    ({ walker, zoneId, leftAt }) => `${walker} ${zoneId} ${leftAt === undefined ? 'open' : 'left'}`,
  );

describe('a replay', () => {
  const traced = walks(3);

  it('leads every walker through the zones they were in, and out at the end', () => {
    expect(staysOf(play(traced))).toEqual(
      [0, 1, 2].flatMap((walker) => zones.map((zone) => `walker-${walker} ${zone} left`)),
    );
    const kinds = play(traced).flatMap(({ changes }) => changes.map(({ kind }) => kind));
    expect(kinds.filter((kind) => kind === 'visitEnded')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'zoneDwelled')).toHaveLength(6);
  });

  it('gives the same bytes twice, in whatever order the lines stand', () => {
    const once = JSON.stringify(play(traced));
    expect(JSON.stringify(play(traced))).toBe(once);
    fc.assert(
      fc.property(fc.shuffledSubarray([...traced.sightings], { minLength: 720 }), (sightings) => {
        expect(JSON.stringify(play({ ...traced, sightings }))).toBe(once);
      }),
      { numRuns: 3 },
    );
  });

  it('settles on the same stays whatever overtook what by less than the reorder window', () => {
    const roll = seeded('late');
    const sightings = traced.sightings.map((sighting) => ({
      ...sighting,
      receivedAt: sighting.observedAt + Math.floor(roll() * 2_000),
    }));
    expect(staysOf(play({ ...traced, sightings }))).toEqual(staysOf(play(traced)));
  });

  it('takes check-ins into the visit under way, or begins one with them', () => {
    const shopperId = 'walker-9' as ShopperId;
    const checkin = { checkinId: 'c', shopperId, storeId: layout.storeId, zoneId: 'tea' as ZoneId };
    const steps = play({
      sightings: [],
      checkIns: [{ ...checkin, observedAt: AT + 9_000, receivedAt: AT + 9_000 }],
    });
    expect(steps.flatMap(({ changes }) => changes.map(({ kind }) => kind))).toEqual([
      'visitStarted',
      'zoneEntered',
      'checkedIn',
      'zoneExited',
      'visitEnded',
    ]);
  });
});

describe('a replay in a store whose radios have places', () => {
  const spots = [
    [2, 2],
    [18, 2],
    [2, 8],
    [18, 8],
  ] as const;
  const rectangle = (left: number, right: number): readonly (readonly [number, number])[] => [
    [left, 0],
    [right, 0],
    [right, 10],
    [left, 10],
  ];
  const drawn: StoreLayout = {
    ...layout,
    floorPlan: { widthMetres: 20, heightMetres: 10 },
    zones: new Map(
      zones.map((id, index): [ZoneId, Zone] => [
        id as ZoneId,
        {
          zoneId: id as ZoneId,
          name: id,
          kind: 'aisle',
          categories: [],
          polygon: rectangle(index * 10, index * 10 + 10),
        },
      ]),
    ),
    gateways: new Map(spots.map(([x, y], index) => [`g${index}` as GatewayId, { position: { x, y } }])),
  };

  it('learns the levels from the traffic alone, and twice the same', () => {
    const roll = seeded('located');
    const sightings: Sighting[] = [];
    for (let second = 0; second < 240; second += 1) {
      const x = second % 80 < 40 ? 4 : 16;
      const observedAt = AT + second * 1_000;
      spots.forEach(([toX, toY], index) => {
        const metres = Math.max(1, Math.hypot(x - toX, 5 - toY));
        sightings.push({
          shopperId: 'walker-0' as ShopperId,
          storeId: layout.storeId,
          anchor: { kind: 'gateway', gatewayId: `g${index}` as GatewayId },
          rssiDbm: Math.round(-66 - 20 * Math.log10(metres) + (roll() - 0.5) * 6),
          observedAt,
          receivedAt: observedAt,
          sightingId: `g${index}`,
        });
      });
    }
    const steps = play({ sightings, checkIns: [] }, drawn);
    expect(staysOf(steps)).toEqual(
      ['coffee', 'tea', 'coffee', 'tea', 'coffee', 'tea'].map((zone) => `walker-0 ${zone} left`),
    );
    expect(JSON.stringify(play({ sightings, checkIns: [] }, drawn))).toBe(JSON.stringify(steps));
  });
});
