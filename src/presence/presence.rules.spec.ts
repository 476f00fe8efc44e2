import fc from 'fast-check';
import { gaussian, seeded, uuidV7 } from '../shared/index.js';
import type { BeaconId, GatewayId, Instant, ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';
import type { CheckIn, Sighting } from '../sightings/index.js';
import type { StoreLayout, Zone } from '../stores/index.js';
import { outcomeOf } from '../../test/support/outcome.js';
import type { PresenceChange } from './changes.js';
import { defaultParameters } from './parameters.js';
import { advance, checkIn } from './presence.rules.js';
import type { Advanced } from './presence.rules.js';
import { decode, encode } from './encoding.js';
import type { Presence } from './state.js';
import type { PresenceContext } from './visit.rules.js';

const T = Date.UTC(2026, 4, 4, 9, 0, 0);
const storeId = 'berlin' as StoreId;
const shopperId = 's-1' as ShopperId;
const zone = (name: string): ZoneId => name as ZoneId;

function layoutOf(names: readonly string[], store = storeId): StoreLayout {
  const zones = names.map((name): [ZoneId, Zone] => [
    zone(name),
    { zoneId: zone(name), name, kind: 'aisle', categories: [] },
  ]);
  return {
    storeId: store,
    name: 'Berlin',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    openingHours: [],
    zones: new Map(zones),
    gateways: new Map(['a', 'b', 'c', 'd'].map((name) => [`g-${name}` as GatewayId, { zoneId: zone(name) }])),
    beacons: new Map(),
  };
}

const layout = layoutOf(['a', 'b', 'c', 'd']);

function contextOf(more: Partial<PresenceContext> = {}): PresenceContext {
  let made = 0;
  const newId = (): string => uuidV7(T + ++made, new Uint8Array(10));
  return { newId, parameters: defaultParameters, dwellSeconds: [20, 60], ...more };
}

let nextSighting = 0;
function heard(second: number, gateway: string, rssiDbm: number, more: Partial<Sighting> = {}): Sighting {
  const observedAt = T + Math.round(second * 1000);
  return {
    shopperId,
    storeId,
    anchor: { kind: 'gateway', gatewayId: `g-${gateway}` as GatewayId },
    rssiDbm,
    observedAt,
    receivedAt: observedAt + 40,
    sightingId: `sighting-${++nextSighting}`,
    ...more,
  };
}

/** A shopper followed through calls; state goes through Redis's form each time. */
class Follow {
  presence: Presence | undefined;
  nextLookAt: Instant | undefined;
  changes: PresenceChange[] = [];
  store = layout;

  constructor(readonly context = contextOf()) {}

  take({ presence, changes, nextLookAt }: Advanced): PresenceChange[] {
    this.presence = presence && decode(encode(presence), shopperId);
    this.nextLookAt = nextLookAt;
    this.changes.push(...changes);
    return changes;
  }

  hear(...sightings: Sighting[]): PresenceChange[] {
    const now = Math.max(...sightings.map(({ receivedAt }) => receivedAt));
    return this.take(advance(this.presence, sightings, this.store, now, this.context));
  }

  look(second: number, heardStoreUntil?: number): PresenceChange[] {
    const context = {
      ...this.context,
      heardStoreUntil: heardStoreUntil === undefined ? undefined : T + heardStoreUntil * 1000,
    };
    return this.take(advance(this.presence, [], this.store, T + second * 1000, context));
  }

  /** Heard by one gateway once a second, [from, to). */
  stand(from: number, to: number, gateway: string, rssiDbm = -60): void {
    for (let second = from; second < to; second += 1) this.hear(heard(second, gateway, rssiDbm));
  }

  checkIn(second: number, more: Partial<CheckIn> = {}, store = this.store): PresenceChange[] {
    const observedAt = T + second * 1000;
    const given: CheckIn = {
      checkinId: 'c-1',
      visitId: 'v-given' as VisitId,
      shopperId,
      storeId: store.storeId,
      observedAt,
      receivedAt: observedAt,
      ...more,
    };
    return this.take(checkIn(this.presence, given, store, observedAt, this.context));
  }

  /** `zoneEntered a 1` and so on, seconds since T. */
  get story(): string[] {
    return this.changes.map((change) => told(change));
  }
}

function told(change: PresenceChange): string {
  const words: (string | false | undefined)[] = [change.kind];
  if ('zoneId' in change) words.push(change.zoneId);
  if (change.kind === 'zoneDwelled') words.push(`${change.dwellSeconds}s`);
  if (change.kind === 'zoneExited') words.push(change.mistaken && 'mistaken');
  if (change.kind === 'zoneEntered') words.push(change.resumed && 'resumed');
  return [...words.filter(Boolean), `@${(change.at - T) / 1000}`].join(' ');
}

describe('entering', () => {
  it('starts the visit with the first hearing and the zone with the second heard second', () => {
    const shopper = new Follow();
    expect(shopper.hear(heard(0.2, 'a', -60)).map(told)).toEqual(['visitStarted @0.2']);
    const [entered] = shopper.hear(heard(1.2, 'a', -61));
    expect(entered).toMatchObject({
      kind: 'zoneEntered',
      zoneId: 'a',
      shopperId,
      storeId,
      at: T + 1000,
      observedAt: T + 1200,
      receivedAt: T + 1240,
    });
    expect(entered).not.toHaveProperty('previousZoneId');
    expect(entered?.changeId).not.toBe(shopper.changes[0]?.changeId);
    expect(entered?.visitId).toBe(shopper.changes[0]?.visitId);
  });

  it('takes four heard seconds where two zones are about equally loud', () => {
    const shopper = new Follow();
    for (let second = 0; second < 3; second += 1)
      shopper.hear(heard(second, 'a', -62), heard(second, 'b', -66));
    expect(shopper.story).toEqual(['visitStarted @0']);
    shopper.hear(heard(3, 'a', -62), heard(3, 'b', -66));
    expect(shopper.story).toEqual(['visitStarted @0', 'zoneEntered a @3']);
  });

  it('enters after the patience although seconds were missed', () => {
    const shopper = new Follow();
    shopper.hear(heard(0, 'a', -70), heard(0, 'b', -72));
    shopper.hear(heard(4, 'a', -70), heard(4, 'b', -72));
    expect(shopper.story.at(-1)).toBe('zoneEntered a @4');
  });

  it('starts nothing on sightings fainter than can be', () => {
    const shopper = new Follow();
    shopper.hear(heard(0, 'a', -96), heard(1, 'a', -97));
    expect(shopper.presence).toBeUndefined();
    expect(shopper.nextLookAt).toBeUndefined();
    expect(shopper.changes).toEqual([]);
  });

  it('visits without a zone where the anchor stands for none', () => {
    const shopper = new Follow();
    shopper.stand(0, 8, 'unheard-of');
    expect(shopper.story).toEqual(['visitStarted @0']);
  });
});

describe('standing', () => {
  const noises = {
    uniform: (roll: () => number) => 16 * roll() - 8,
    gaussian: (roll: () => number) => 4 * gaussian(roll),
  };
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  it.each(Object.keys(noises) as (keyof typeof noises)[])(
    'makes one enter and no exit in ten minutes of %s noise',
    (kind) => {
      for (const seed of seeds) {
        const roll = seeded(`${kind}-${seed}`);
        const shopper = new Follow();
        for (let second = 0; second < 600; second += 1) {
          const noisy = (level: number): number => level + noises[kind](roll);
          shopper.hear(
            heard(second + 0.1, 'a', noisy(-58)),
            heard(second + 0.1, 'b', noisy(-70)),
            heard(second + 0.1, 'c', noisy(-74)),
          );
        }
        expect(shopper.changes.filter(({ kind: what }) => what.startsWith('zone')).map(told)).toEqual([
          expect.stringMatching(/^zoneEntered a/),
          expect.stringMatching(/^zoneDwelled a 20s/),
          expect.stringMatching(/^zoneDwelled a 60s/),
        ]);
      }
    },
  );

  it('seldom moves even between two zones that are equally loud', () => {
    const moved = seeds.filter((seed) => {
      const roll = seeded(seed + 77);
      const shopper = new Follow();
      for (let second = 0; second < 600; second += 1) {
        shopper.hear(
          heard(second, 'a', -62 + noises.uniform(roll)),
          heard(second, 'b', -62 + noises.uniform(roll)),
        );
      }
      return shopper.changes.filter(({ kind }) => kind === 'zoneEntered').length > 1;
    });
    expect(moved.length).toBeLessThanOrEqual(4);
  });

  it('is not moved by one stray sighting, however strong', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a', -70);
    shopper.hear(heard(10, 'b', -30));
    shopper.stand(11, 30, 'a', -70);
    expect(shopper.story.filter((line) => line.includes(' b'))).toEqual([]);
  });

  it('tells each dwell once, at the moment it was reached', () => {
    const shopper = new Follow();
    shopper.stand(0, 90, 'a');
    expect(shopper.story).toEqual([
      'visitStarted @0',
      'zoneEntered a @1',
      'zoneDwelled a 20s @21',
      'zoneDwelled a 60s @61',
    ]);
  });

  it('tells no dwell that nobody heard', () => {
    const shopper = new Follow();
    shopper.stand(0, 15, 'a');
    shopper.look(40);
    shopper.look(900);
    expect(shopper.story.join()).not.toContain('zoneDwelled');
  });
});

describe('moving', () => {
  it('leaves one zone and enters the next at the same moment', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    shopper.stand(10, 20, 'b');
    const [exited, entered] = shopper.changes.filter(({ at }) => at >= T + 10_000);
    expect(exited).toMatchObject({ kind: 'zoneExited', zoneId: 'a', enteredAt: T + 1000 });
    expect(entered).toMatchObject({ kind: 'zoneEntered', zoneId: 'b', previousZoneId: 'a', at: exited?.at });
  });

  it.each([0, 1, 2, 3, 4, 5])('is noticed within 8 s at each of four zones (seed %i)', (seed) => {
    const roll = seeded(seed);
    const shopper = new Follow();
    const names = ['a', 'b', 'c', 'd'];
    for (let second = 0; second < 120; second += 1) {
      const here = Math.floor(second / 30);
      const sightings = names.map((name, index) =>
        heard(second, name, -58 - 14 * Math.abs(index - here) + 3 * gaussian(roll)),
      );
      shopper.hear(...sightings);
    }
    const entries = shopper.changes.filter(({ kind }) => kind === 'zoneEntered');
    expect(entries.map((each) => 'zoneId' in each && each.zoneId)).toEqual(names);
    entries.forEach(({ at }, index) => expect(at - (T + index * 30_000)).toBeLessThanOrEqual(8000));
  });

  it('is noticed within 8 s where the old zone falls silent', () => {
    const shopper = new Follow();
    shopper.stand(0, 20, 'a', -50);
    shopper.stand(20, 29, 'b', -85);
    expect(shopper.story.at(-1)).toMatch(/^zoneEntered b @2[0-8]$/);
  });

  it('gathers evidence for each challenger by itself', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a', -75);
    for (let second = 10; second < 14; second += 1)
      shopper.hear(heard(second, 'a', -75), heard(second, second % 2 ? 'b' : 'c', -62));
    expect(shopper.story.at(-1)).toBe('zoneEntered a @1');
  });

  it('follows a layout that changes around the shopper', () => {
    const shopper = new Follow();
    shopper.store = layoutOf(['b']);
    shopper.stand(0, 5, 'a');
    expect(shopper.story).toEqual(['visitStarted @0']);
    shopper.store = layoutOf(['a', 'b']);
    shopper.stand(5, 10, 'a');
    expect(shopper.story.slice(1)).toEqual([expect.stringMatching(/^zoneEntered a/)]);
    shopper.store = layoutOf(['b']);
    shopper.look(12);
    expect(shopper.story.slice(2)).toEqual(['zoneExited a @9']);
    shopper.stand(13, 16, 'b');
    expect(shopper.story.slice(3)).toEqual(['zoneEntered b @13']);
  });
});

describe('absence', () => {
  it('leaves the zone, then the store, as of the last hearing', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    expect(shopper.nextLookAt).toBe(T + 109_000);
    expect(shopper.look(108)).toEqual([]);
    expect(shopper.look(109).map(told)).toEqual(['zoneExited a @9']);
    expect(shopper.nextLookAt).toBe(T + 309_000);
    const [ended] = shopper.look(309);
    expect(ended).toMatchObject({ kind: 'visitEnded', startedAt: T, endedAt: T + 9000, at: T + 9000 });
    expect(ended).not.toHaveProperty('receivedAt');
    expect(shopper.presence).toBeUndefined();
    expect(shopper.nextLookAt).toBeUndefined();
  });

  it('keeps the visit of a shopper who is heard again in time', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    shopper.look(120);
    shopper.stand(200, 205, 'a');
    expect(shopper.story.slice(1)).toEqual(['zoneEntered a @1', 'zoneExited a @9', 'zoneEntered a @201']);
    expect(new Set(shopper.changes.map(({ visitId }) => visitId)).size).toBe(1);
  });

  it('begins another visit after a long silence that nobody looked into', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    shopper.hear(heard(400, 'a', -60));
    expect(shopper.story.slice(2)).toEqual(['zoneExited a @9', 'visitEnded @9', 'visitStarted @400']);
    expect(new Set(shopper.changes.map(({ visitId }) => visitId)).size).toBe(2);
  });

  // Gaps of slow advertisers as reported in Bermuda's issue 542.
  it('ends no visit of a phone that is heard every 2 to 96 s', () => {
    const shopper = new Follow();
    let second = 0;
    for (const gap of [2, 5, 96, 31, 2, 60, 96, 96, 12, 3, 74, 96]) {
      shopper.hear(heard((second += gap), 'a', -70));
      if (shopper.nextLookAt !== undefined && shopper.nextLookAt < T + (second + 96) * 1000)
        shopper.look(second + 90);
    }
    expect(shopper.story.filter((line) => line.startsWith('visit'))).toEqual(['visitStarted @2']);
  });

  // The shape of an Android app's log beside a beacon that never moved: heard for so long, then not for so long, seconds.
  const flaps: readonly (readonly [heard: number, silent: number])[] = [
    [1930, 13],
    [62, 16],
    [64, 14],
    [61, 96],
    [60, 18],
    [30, 0],
  ];
  it('makes no exit of the gaps of a phone that lies beside its beacon, looked at every 5 s', () => {
    const shopper = new Follow(contextOf({ dwellSeconds: [] }));
    let second = 0;
    for (const [heardFor, silentFor] of flaps) {
      // It scans every 5 s.
      for (let passed = 0; passed < heardFor; passed += 5) shopper.hear(heard(second + passed, 'a', -66));
      second += heardFor;
      shopper.hear(heard(second, 'a', -66));
      for (let passed = 0; passed < silentFor; passed += 5) shopper.look(second + passed);
      second += silentFor;
    }
    expect(shopper.story).toEqual(['visitStarted @0', expect.stringMatching(/^zoneEntered a/)]);
  });

  it('stands still while the gateways are silent, and goes on when they are back', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    for (let second = 40; second < 3600; second += 30) shopper.look(second, 12);
    expect(shopper.story).toHaveLength(2);
    expect(shopper.nextLookAt).toBeGreaterThan(T + 3_590_000);
    expect(shopper.look(3600, 3599)).toEqual([]);
    expect(shopper.look(3620, 3619)).toEqual([]);
    expect(shopper.look(3670, 3669)).toEqual([]);
    expect(shopper.look(3680, 3679).map(told)).toEqual(['zoneExited a @9']);
    for (let second = 3710; second < 3890; second += 30) expect(shopper.look(second, second - 1)).toEqual([]);
    expect(shopper.look(3890, 3889).map(told)).toEqual(['visitEnded @9']);
  });

  it.each([60, 61, 65, 70, 75])('runs as ever where gateways report every %i s', (every) => {
    const shopper = new Follow(contextOf({ dwellSeconds: [] }));
    shopper.stand(0, 10, 'a');
    const ended = (): number => {
      for (let second = 15; ; second += 5) {
        if (shopper.presence === undefined) return second - 5;
        const isDue = (shopper.nextLookAt ?? 0) <= T + second * 1000;
        if (isDue) shopper.look(second, Math.max(9, Math.floor(second / every) * every));
      }
    };
    // The absence, a report and a look.
    expect(ended()).toBeLessThanOrEqual(9 + 300 + every + 35);
    expect(shopper.story.slice(2)).toEqual(['zoneExited a @9', 'visitEnded @9']);
  });

  it('looks again soon while gateways are watched', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    shopper.look(30, 30);
    expect(shopper.nextLookAt).toBe(T + 60_000);
    shopper.look(90, 90);
    expect(shopper.nextLookAt).toBe(T + 109_000);
  });

  it('ends every visit after the longest silence', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    shopper.look(60, 10);
    expect(shopper.look(9 + 4 * 3600, 10).map(told)).toEqual(['zoneExited a @9', 'visitEnded @9']);
  });

  it('forgives the silence of the gateways to a shopper heard after it', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    for (let second = 40; second < 900; second += 30) shopper.look(second, 10);
    shopper.stand(900, 905, 'a');
    expect(shopper.story.slice(2)).toEqual(['zoneDwelled a 20s @21', 'zoneDwelled a 60s @61']);
  });
});

describe('absence while Redis was away, so that nobody was heard or looked at', () => {
  const before = (): Follow => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    shopper.look(30, 30);
    return shopper;
  };

  it('does not count, though the gateways are back before the shopper is heard', () => {
    const looked = before();
    expect(looked.look(705, 704)).toEqual([]);
    const heardAgain = new Follow(contextOf({ heardStoreUntil: T + 704_000 }));
    heardAgain.presence = before().presence;
    expect(heardAgain.hear(heard(704, 'a', -60)).map(told)).not.toContainEqual(
      expect.stringMatching(/^zoneExited/),
    );
    expect(looked.look(735, 735)).toEqual([]);
    expect(looked.look(760, 760).map(told)).toEqual(['zoneExited a @9']);
  });
});

describe('absence of a shopper who is heard by their own phone', () => {
  const door = 'mac:d00000000001' as BeaconId;
  const store = {
    ...layout,
    beacons: new Map([[door, { zoneId: zone('b') }]]),
  };
  const byPhone = (second: number): Sighting =>
    heard(second, 'b', -60, { anchor: { kind: 'beacon', beaconId: door } });
  function followed(...sightings: Sighting[]): Follow {
    const shopper = new Follow(contextOf({ dwellSeconds: [] }));
    shopper.store = store;
    for (const each of sightings) shopper.hear(each);
    for (let second = 40; shopper.presence !== undefined && second <= 400; second += 30)
      shopper.look(second, 2);
    return shopper;
  }

  it('counts also while the gateways are silent', () => {
    const shopper = followed(heard(0, 'a', -60), byPhone(5), byPhone(6));
    expect(shopper.story.slice(-2)).toEqual([expect.stringMatching(/^zoneExited/), 'visitEnded @6']);
  });

  it.each([
    ['first', [byPhone(6), heard(6, 'a', -60)]],
    ['last', [heard(6, 'a', -60), byPhone(6)]],
  ])('does not where a gateway heard them in the same moment, the phone %s', (_, both) => {
    expect(followed(byPhone(5), ...both).presence).toBeDefined();
    expect(followed(...both).presence).toBeDefined();
  });

  it('counts after a check-in as well', () => {
    const shopper = new Follow(contextOf({ dwellSeconds: [] }));
    shopper.store = store;
    shopper.hear(byPhone(5));
    shopper.checkIn(8);
    for (let second = 40; shopper.presence !== undefined && second <= 400; second += 30)
      shopper.look(second, 2);
    expect(shopper.story.at(-1)).toBe('visitEnded @8');
  });
});

describe('checking in', () => {
  it('begins the visit under the given id and enters the zone at once', () => {
    const shopper = new Follow();
    shopper.checkIn(0, { zoneId: zone('b') });
    expect(shopper.story).toEqual(['visitStarted @0', 'zoneEntered b @0', 'checkedIn b @0']);
    expect(
      shopper.changes.every(({ visitId, receivedAt }) => visitId === 'v-given' && receivedAt === T),
    ).toBe(true);
    expect(shopper.changes[0]).toMatchObject({ via: 'checkin' });
  });

  it('joins the visit under way, which goes on under the given id', () => {
    const shopper = new Follow();
    shopper.stand(0, 5, 'a');
    expect(shopper.checkIn(5, { zoneId: zone('b') }).map(told)).toEqual([
      'zoneExited a @5',
      'zoneEntered b @5',
      'checkedIn b @5',
    ]);
    expect(shopper.presence).toMatchObject({ visitId: 'v-given', startedAt: T });
  });

  it('is a no-op the second time', () => {
    const shopper = new Follow();
    shopper.checkIn(0);
    const before = shopper.presence;
    expect(shopper.checkIn(0)).toEqual([]);
    expect(shopper.presence).toEqual(before);
    expect(shopper.checkIn(1, { checkinId: 'c-2' }).map(told)).toEqual(['checkedIn @1']);
  });

  it('gives way to radio that keeps saying otherwise', () => {
    const shopper = new Follow();
    shopper.checkIn(0, { zoneId: zone('b') });
    shopper.stand(0, 3, 'a');
    expect(shopper.story.at(-1)).toBe('checkedIn b @0');
    shopper.stand(3, 10, 'a');
    expect(shopper.story.at(-1)).toMatch(/^zoneEntered a/);
  });

  it('moves nobody when it arrives late, and names no zone the store lacks', () => {
    const shopper = new Follow();
    shopper.stand(0, 30, 'a');
    expect(shopper.checkIn(5, { zoneId: zone('b') }).map(told)).toEqual(['checkedIn b @5']);
    expect(shopper.checkIn(30, { checkinId: 'c-2', zoneId: zone('cellar') }).map(told)).toEqual([
      'checkedIn @30',
    ]);
  });

  it('in another store ends the visit here, unless the shopper was heard here later', () => {
    const shopper = new Follow();
    shopper.stand(0, 5, 'a');
    const other = layoutOf(['x'], 'bonn' as StoreId);
    expect(shopper.checkIn(3, { checkinId: 'c-0' }, other)).toEqual([]);
    expect(shopper.checkIn(10, {}, other).map(told)).toEqual([
      'zoneExited a @4',
      'visitEnded @4',
      'visitStarted @10',
      'checkedIn @10',
    ]);
    expect(shopper.presence?.storeId).toBe('bonn');
  });
});

describe('another store', () => {
  const bonn = 'bonn' as StoreId;
  const there = (second: number, rssiDbm: number): Sighting => heard(second, 'b', rssiDbm, { storeId: bonn });

  it('takes over when the shopper is heard there strongly and can have gone there', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    shopper.store = layoutOf(['a', 'b'], bonn);
    shopper.hear(there(90, -80));
    expect(shopper.presence?.storeId).toBe(storeId);
    expect(shopper.story).toHaveLength(2);
    shopper.hear(there(91, -60));
    shopper.hear(there(92, -60));
    expect(shopper.story.slice(2)).toEqual([
      'zoneExited a @9',
      'visitEnded @9',
      'visitStarted @91',
      'zoneEntered b @92',
    ]);
    expect(shopper.changes.slice(4).every((change) => change.storeId === bonn)).toBe(true);
  });

  it('takes over however faintly the shopper is heard there, once the visit here would be over', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    for (let second = 30; second < 300; second += 30) shopper.look(second, 9);
    shopper.store = layoutOf(['a', 'b'], bonn);
    shopper.hear(there(308, -80));
    expect(shopper.presence?.storeId).toBe(storeId);
    shopper.hear(there(309, -80));
    expect(shopper.story.slice(2)).toEqual(['zoneExited a @9', 'visitEnded @9', 'visitStarted @309']);
  });

  it('is not believed where nobody can have got there in time, which is counted', () => {
    const shopper = new Follow();
    shopper.stand(0, 10, 'a');
    const other = layoutOf(['a', 'b'], bonn);
    const now = T + 40_000;
    const heardThere = [there(8, -50), there(30, -50), there(31, -90)];
    const { impossible, changes } = advance(shopper.presence, heardThere, other, now, shopper.context);
    expect({ impossible, changes }).toEqual({ impossible: 2, changes: [] });
  });
});

describe('order and repetition', () => {
  it('withdraws an entry that a sighting on its way disproves', () => {
    const shopper = new Follow();
    shopper.hear(heard(0, 'b', -75));
    shopper.hear(heard(1, 'b', -75));
    shopper.hear(heard(0, 'a', -50), heard(1, 'a', -50));
    for (let second = 2; second < 8; second += 1)
      shopper.hear(heard(second, 'a', -50), heard(second, 'b', -75));
    expect(shopper.story).toEqual([
      'visitStarted @0',
      'zoneEntered b @1',
      'zoneExited b mistaken @1',
      'zoneEntered a @1',
    ]);
  });

  it('resumes the stay that a withdrawn move had closed', () => {
    const parameters = { ...defaultParameters, moveEvidenceDb: 10 };
    const quick = new Follow(contextOf({ parameters, dwellSeconds: [] }));
    quick.stand(0, 10, 'a', -60);
    quick.hear(heard(10, 'b', -50));
    quick.hear(heard(11, 'b', -50));
    quick.hear(heard(10.1, 'a', -45), heard(11.1, 'a', -45));
    quick.stand(12, 16, 'a', -45);
    expect(quick.story.slice(2)).toEqual([
      'zoneExited a @11',
      'zoneEntered b @11',
      'zoneExited b mistaken @11',
      'zoneEntered a resumed @1',
    ]);
  });

  it('ignores what comes later than the window', () => {
    const shopper = new Follow();
    shopper.stand(0, 20, 'a');
    const before = shopper.presence;
    expect(shopper.hear(...[10, 11, 12, 13, 14].map((second) => heard(second, 'b', -30)))).toEqual([]);
    expect(shopper.presence).toEqual(before);
  });

  interface Script {
    seed: number;
    walk: string[];
    deviation: number;
    radios: readonly string[];
    /** What share of packets arrives, and of seconds is silent. */
    heard: number;
    silent: number;
  }
  const few = ['a', 'b', 'c'];
  /** More than are remembered for long; not all stand for a zone. */
  const many = [...few, 'd', ...Array.from({ length: 10 }, (_, number) => `e${number}`)];
  const hall: StoreLayout = {
    ...layoutOf(many.slice(0, 10)),
    gateways: new Map(
      many.map((name, at) => [`g-${name}` as GatewayId, at < 10 ? { zoneId: zone(name) } : {}]),
    ),
  };
  const scripts = fc.record<Script>({
    seed: fc.integer(),
    walk: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
    deviation: fc.constantFrom(0, 2, 5),
    radios: fc.constantFrom(few, many),
    heard: fc.constantFrom(0.3, 0.85),
    silent: fc.constantFrom(0, 0.4),
  });

  function perform({ seed, walk, deviation, radios, heard: arriving, silent }: Script): Sighting[] {
    const roll = seeded(seed);
    return walk.flatMap((here, leg) =>
      Array.from({ length: 12 }, (_, step) =>
        (roll() < silent ? [] : radios)
          .filter(() => roll() < arriving)
          .map((name) => {
            const level = Math.max(-94, (name === here ? -60 : -72) + deviation * gaussian(roll));
            return heard(leg * 12 + step + roll(), name, level);
          }),
      ).flat(),
    );
  }

  function decided({ presence }: Follow): unknown {
    return (
      presence && {
        ...presence,
        visitId: '',
        stay: undefined,
        hasty: undefined,
        played: [],
        anchors: [...presence.anchors].sort((a, b) => a.anchor - b.anchor),
      }
    );
  }

  it('do not matter within the window: same decided zones, same visit, same remaining state', () => {
    fc.assert(
      fc.property(scripts, fc.integer(), (script, disorder) => {
        const sightings = perform(script);
        fc.pre(sightings.length > 0);
        const inOrder = new Follow();
        inOrder.store = hall;
        for (const each of [...sightings].sort((a, b) => a.observedAt - b.observedAt)) inOrder.hear(each);

        const roll = seeded(disorder);
        const arrivals = sightings
          .flatMap((each) => (roll() < 0.3 ? [each, each] : [each]))
          .map((each) => ({ each, at: each.observedAt + 2999 * roll() }))
          .sort((a, b) => a.at - b.at);
        const shuffled = new Follow();
        shuffled.store = hall;
        while (arrivals.length > 0)
          shuffled.hear(...arrivals.splice(0, 1 + Math.floor(roll() * 6)).map(({ each }) => each));

        expect(decided(shuffled)).toEqual(decided(inOrder));
        inOrder.look(2000);
        shuffled.look(2000);
        expect(outcomeOf(shuffled.changes)).toEqual(outcomeOf(inOrder.changes));
      }),
      { numRuns: 120 },
    );
  });
});
