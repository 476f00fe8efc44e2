import fc from 'fast-check';
import { simulatedHall } from '../../test/support/simulated-hall.js';
import { seeded, uuidV7 } from '../shared/index.js';
import type { GatewayId, Instant, ShopperId, StoreId, ZoneId } from '../shared/index.js';
import type { Sighting } from '../sightings/index.js';
import type { StoreLayout, Zone } from '../stores/index.js';
import { outcomeOf } from '../../test/support/outcome.js';
import type { PresenceChange } from './changes.js';
import { decode, encode } from './encoding.js';
import type { Walk, WalkRow } from './evaluation/walk.rules.js';
import { radioMapOf } from './location/radio-map.rules.js';
import { defaultParameters } from './parameters.js';
import { advance } from './presence.rules.js';
import type { Presence } from './state.js';
import { stayOf, type PresenceContext } from './visit.rules.js';

// Presence where the plan tells the places of radios and zones: the same promises as where zones compete by loudness.

const storeId = 'hall' as StoreId;
const shopperId = 's-1' as ShopperId;
type Polygon = NonNullable<Zone['polygon']>;

const rectangle = (left: number, bottom: number, right: number, top: number): Polygon => [
  [left, bottom],
  [right, bottom],
  [right, top],
  [left, top],
];
const halves = { west: rectangle(0, 0, 10, 16), east: rectangle(10, 0, 20, 16) };

/** Six gateways in a hall of 20 by 16 m; its survey is what a walk through it with a tag would have written down. */
const hall = simulatedHall('located', [5, 15]);

function layoutOf(zones: Record<string, Polygon>, surveyed = true, from = hall): StoreLayout {
  return {
    storeId,
    name: 'Hall',
    timeZone: 'UTC',
    currency: 'EUR',
    openingHours: [],
    floorPlan: { widthMetres: from.widthMetres, heightMetres: from.heightMetres },
    zones: new Map(
      Object.entries(zones).map(([name, polygon]) => {
        const zoneId = name as ZoneId;
        return [zoneId, { zoneId, name, kind: 'aisle', categories: [], polygon }];
      }),
    ),
    gateways: new Map(
      from.gateways.map(({ gatewayId, x, y, z }) => [gatewayId as GatewayId, { position: { x, y, z } }]),
    ),
    beacons: new Map(),
    survey: surveyed ? from.survey(2) : [],
  };
}

/** A shopper followed through calls. */
class Follow {
  presence: Presence | undefined;
  readonly changes: PresenceChange[] = [];
  readonly #context: PresenceContext;

  /** @param kept whether the process remembers the shopper, or reads the state from Redis's form each time */
  constructor(
    public layout: StoreLayout,
    readonly kept: boolean,
  ) {
    let made = 0;
    const newId = (): string => uuidV7(++made, new Uint8Array(10));
    this.#context = { newId, parameters: defaultParameters, dwellSeconds: [], radio: undefined };
  }

  hear(...sightings: Sighting[]): void {
    this.#advance(sightings, Math.max(...sightings.map(({ receivedAt }) => receivedAt)));
  }

  look(at: Instant): void {
    this.#advance([], at);
  }

  #advance(sightings: Sighting[], now: Instant): void {
    const context = { ...this.#context, radio: mapOf(this.layout) };
    const { presence, changes } = advance(this.presence, sightings, this.layout, now, context);
    this.presence = this.kept ? presence : presence && decode(encode(presence), shopperId);
    this.changes.push(...changes);
  }

  get zones(): string[] {
    return this.changes.flatMap((change) =>
      change.kind === 'zoneEntered' || change.kind === 'zoneExited' ? `${change.kind} ${change.zoneId}` : [],
    );
  }
}

const maps = new WeakMap<StoreLayout, ReturnType<typeof radioMapOf>>();
function mapOf(layout: StoreLayout): ReturnType<typeof radioMapOf> {
  if (!maps.has(layout)) maps.set(layout, radioMapOf(layout, undefined));
  return maps.get(layout);
}

function sightingsOf(rows: readonly WalkRow[]): Sighting[] {
  return rows.map(({ observedAtMs, gatewayId, rssiDbm }, index) => ({
    shopperId,
    storeId,
    anchor: { kind: 'gateway', gatewayId: gatewayId as GatewayId },
    rssiDbm,
    observedAt: observedAtMs,
    receivedAt: observedAtMs + 40,
    sightingId: `${observedAtMs} ${index}`,
  }));
}

function bySecond(sightings: readonly Sighting[]): Sighting[][] {
  const seconds = new Map<number, Sighting[]>();
  for (const sighting of sightings) {
    const second = Math.floor(sighting.observedAt / 1000);
    seconds.set(second, [...(seconds.get(second) ?? []), sighting]);
  }
  return [...seconds.values()];
}

describe('standing', () => {
  function moves(layout: StoreLayout, walk: Walk): string[] {
    const shopper = new Follow(layout, true);
    for (const heard of bySecond(sightingsOf(walk.rows))) shopper.hear(...heard);
    return shopper.zones;
  }
  const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

  it('in the middle of a zone makes one enter and no exit in ten minutes of ±8 dB', () => {
    const layout = layoutOf(halves);
    for (const seed of times(20)) {
      const walk = hall.standing(`seed ${seed}`, { x: 5, y: 8 }, 600, 8);
      expect([seed, ...moves(layout, walk)]).toEqual([seed, 'zoneEntered west']);
    }
  });
  // A map errs by up to a metre, and no filter can tell its error from a step. What can be held down is to and fro.
  it('1.5 m from an edge seldom moves, and not to and fro, in five halls of twelve gateways', () => {
    const exits = times(5).map((seed) => {
      const other = simulatedHall(`h${seed}`);
      const told = moves(layoutOf(halves, true, other), other.standing('seed 0', { x: 8.5, y: 6 }, 600, 8));
      return told.filter((line) => line.startsWith('zoneExited')).length;
    });
    expect(exits.filter((count) => count > 0).length).toBeLessThanOrEqual(2);
    expect(Math.max(...exits)).toBeLessThanOrEqual(2);
  });

  it('is entered by a zone that is drawn around the shopper', () => {
    const shopper = new Follow(layoutOf({ east: halves.east, far: rectangle(0, 14, 3, 16) }), false);
    const sightings = bySecond(sightingsOf(hall.standing('drawn', { x: 5, y: 6 }, 60, 4).rows));
    for (const heard of sightings.slice(0, 30)) shopper.hear(...heard);
    expect(shopper.presence && stayOf(shopper.presence)).toBeUndefined();
    shopper.layout = layoutOf({
      east: halves.east,
      far: rectangle(0, 14, 3, 16),
      drawn: rectangle(2, 3, 8, 9),
    });
    for (const heard of sightings.slice(30)) shopper.hear(...heard);
    expect(shopper.zones.at(-1)).toBe('zoneEntered drawn');
    const [{ at }] = shopper.changes.filter(({ kind }) => kind === 'zoneEntered').slice(-1) as [
      PresenceChange,
    ];
    expect(at - sightings[30]![0]!.observedAt).toBeLessThanOrEqual(10_000);
  });

  it('moves nobody while the map is made, and then tells where they are', () => {
    const layout = layoutOf(halves);
    const bare = { ...radioMapOf({ ...layout, survey: [] }, undefined)!, isMakeshift: true as const };
    const full = maps.get(layout) ?? radioMapOf(layout, undefined);
    const shopper = new Follow(layout, false);
    const sightings = (x: number, name: string, count: number): Sighting[][] =>
      bySecond(sightingsOf(hall.standing(name, { x, y: 8 }, 60, 2).rows)).slice(0, count);
    const hear = (heard: Sighting[][], from: number): void => {
      for (const [second, each] of heard.entries()) {
        const later = from * 1000 + second * 1000 - ((each[0]?.observedAt ?? 0) - heard[0]![0]!.observedAt);
        shopper.hear(...each.map((one) => ({ ...one, observedAt: one.observedAt + later })));
      }
    };
    maps.set(layout, bare);
    hear(sightings(5, 'here', 6), 0);
    expect(shopper.zones).toEqual(['zoneEntered west']);
    hear(sightings(15, 'there', 15), 6);
    expect(shopper.zones).toEqual(['zoneEntered west']);
    // What is held of them meanwhile does not grow.
    expect(shopper.presence && encode(shopper.presence).length).toBeLessThan(200);
    maps.set(layout, full);
    hear(sightings(15, 'there', 8), 21);
    expect(shopper.zones.slice(1)).toEqual(['zoneExited west', 'zoneEntered east']);
  });

  it('falls back to loudness where too few gateways hear', () => {
    const shopper = new Follow(layoutOf(halves), true);
    const near = hall.gateways.filter(({ x }) => x < 10).slice(0, 2);
    for (let second = 0; second < 12; second += 1) {
      const observedAtMs = 1_777_885_200_000 + second * 1000;
      const rows = near.map(({ gatewayId, x, y }) => ({
        observedAtMs,
        gatewayId,
        beaconId: 't',
        rssiDbm: -60,
        x,
        y,
      }));
      shopper.hear(...sightingsOf(rows));
    }
    expect(shopper.zones).toEqual(['zoneEntered west']);
  });
});

describe('order and repetition', () => {
  const corners = {
    'south-west': rectangle(0, 0, 10, 8),
    'south-east': rectangle(10, 0, 20, 8),
    'north-west': rectangle(0, 8, 10, 16),
    'north-east': rectangle(10, 8, 20, 16),
  };
  const layouts = [layoutOf(corners, true), layoutOf(corners, false)] as const;

  function decided({ presence }: Follow): unknown {
    const remembered = presence && decode(encode(presence), shopperId);
    return (
      remembered && {
        ...remembered,
        visitId: '',
        stay: undefined,
        hasty: undefined,
        anchors: remembered.anchors.toSorted((a, b) => a.anchor - b.anchor),
      }
    );
  }

  it('do not matter where too little is heard to go on locating somebody', () => {
    const [layout] = layouts;
    const at = (second: number, gateway: number, rssiDbm: number): Sighting[] => {
      const [{ gatewayId, x, y }] = hall.gateways.slice(gateway) as [(typeof hall.gateways)[number]];
      const observedAtMs = 1_777_885_200_000 + second * 1000;
      return sightingsOf([{ observedAtMs, gatewayId, beaconId: 't', rssiDbm, x, y }]);
    };
    const located = bySecond(sightingsOf(hall.standing('located', { x: 5, y: 4 }, 10, 2).rows));
    const after = [at(11, 5, -50), at(13, 4, -70), at(16.5, 4, -70), at(17.5, 4, -70)];
    const [first, second, third, last] = after as [Sighting[], Sighting[], Sighting[], Sighting[]];
    const [inOrder, shuffled] = [new Follow(layout, false), new Follow(layout, false)];
    for (const heard of [...located, ...after]) inOrder.hear(...heard);
    for (const heard of [...located, first, second, last, third]) shuffled.hear(...heard);
    expect(decided(shuffled)).toEqual(decided(inOrder));
  });

  it('do not matter within the window, nor whether a process remembered the shopper', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer(), fc.boolean(), (seed, disorder, surveyed) => {
        const layout = layouts[surveyed ? 0 : 1];
        const sightings = sightingsOf(hall.walk(`walk ${seed}`, 25).rows);
        const end = sightings.at(-1)!.observedAt;
        const inOrder = new Follow(layout, false);
        for (const each of sightings) inOrder.hear(each);

        const roll = seeded(disorder);
        const arrivals = sightings
          .flatMap((each) => (roll() < 0.2 ? [each, each] : [each]))
          .map((each) => ({ each, at: each.observedAt + 2999 * roll() }))
          .sort((a, b) => a.at - b.at);
        const shuffled = new Follow(layout, true);
        while (arrivals.length > 0)
          shuffled.hear(...arrivals.splice(0, 1 + Math.floor(roll() * 12)).map(({ each }) => each));

        expect(decided(shuffled)).toEqual(decided(inOrder));
        inOrder.look(end + 2_000_000);
        shuffled.look(end + 2_000_000);
        expect(outcomeOf(shuffled.changes)).toEqual(outcomeOf(inOrder.changes));
      }),
      { numRuns: 6 },
    );
  });
});
