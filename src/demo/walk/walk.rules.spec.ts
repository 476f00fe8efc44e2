import { seeded } from '../../shared/index.js';
import { demoZones, middleOf } from '../shop/layout.rules.js';
import { demoPeople } from '../shop/people.rules.js';
import { ARRIVAL_EVERY_MS, rotaOf, tourOf, whereaboutsOf } from './itinerary.rules.js';
import { postOf } from './payload.rules.js';
import { heardAt } from './radio.rules.js';

const people = demoPeople();
const rota = rotaOf(people);
const lengthOf = (index: number, visit: number): number => tourOf(people[index]!, visit).at(-1)!.untilMs;
/** Presence ends a visit after 300 s of silence and looks every 30 s. */
const ENDS_AFTER_MS = 330_000;

describe('the rota', () => {
  it('lets somebody who can be sensed come in at even distances, round and round', () => {
    const sensed = rota.arrivalsMs.filter((_, index) => people[index]!.consents.location);
    sensed.forEach((arrivalMs, place) => expect(arrivalMs).toBe(place * ARRIVAL_EVERY_MS));
    expect(rota.roundMs).toBe(sensed.length * ARRIVAL_EVERY_MS);
    expect(ARRIVAL_EVERY_MS).toBeLessThan(10_000);
  });

  it('keeps everybody away long enough between visits for the last one to end', () => {
    people.forEach((_, index) => {
      for (let visit = 0; visit < 20; visit += 1) {
        expect(rota.roundMs - lengthOf(index, visit)).toBeGreaterThan(ENDS_AFTER_MS);
      }
    });
  });
});

describe('a tour', () => {
  it('leads from the entrance to the checkout, never twice to one zone', () => {
    const zones = tourOf(people[4]!, 7).map(({ zone }) => zone.zoneId);
    expect(zones[0]).toBe('entrance');
    expect(zones.at(-1)).toBe('checkout');
    expect(new Set(zones).size).toBe(zones.length);
  });

  it('stands long enough in each zone to be noticed there within 10 s', () => {
    for (const { fromMs, untilMs } of tourOf(people[4]!, 7)) expect(untilMs - fromMs).toBeGreaterThan(12_000);
  });
});

describe('where somebody is', () => {
  const [person, arrivalMs] = [people[2]!, rota.arrivalsMs[2]!];
  const at = (sinceMs: number) =>
    whereaboutsOf(person, arrivalMs, rota.roundMs, rota.roundMs * 1_000 + arrivalMs + sinceMs);

  it('is the entrance at first, and nowhere once they have left', () => {
    expect(at(0)).toMatchObject({ visit: 1_000, sinceMs: 0, position: middleOf(demoZones[0]!) });
    expect(at(lengthOf(2, 1_000))).toBeUndefined();
  });

  it('is between two stops while they walk', () => {
    const [first, second] = tourOf(person, 1_000);
    const [from, to] = [middleOf(first!.zone), middleOf(second!.zone)];
    const halfway = at((first!.untilMs + second!.fromMs) / 2);
    expect(halfway?.position).toEqual({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 });
  });

  it('is somewhere for somebody at any time', () => {
    for (let now = 0; now < rota.roundMs; now += 1_000) {
      const inside = people.filter(
        (each, index) => whereaboutsOf(each, rota.arrivalsMs[index]!, rota.roundMs, now) !== undefined,
      );
      expect(inside.length).toBeGreaterThan(10);
    }
  });
});

describe('what a gateway hears', () => {
  it('is loudest in its own zone', () => {
    const roll = seeded(1);
    for (const zone of demoZones) {
      const mean = (of: typeof zone): number => {
        const heard = Array.from({ length: 200 }, () => heardAt(of, middleOf(zone), roll) ?? -100);
        return heard.reduce((sum, level) => sum + level, 0) / heard.length;
      };
      const others = demoZones.filter((other) => other !== zone).map(mean);
      expect(mean(zone) - Math.max(...others)).toBeGreaterThan(8);
    }
  });

  it('is posted in the language of the gateway', () => {
    const now = Date.parse('2026-11-22T10:00:00Z');
    const fobs = [{ person: people[0]!, rssiDbm: -61 }];
    const minew = postOf(
      demoZones.find(({ speaks }) => speaks === 'minew')!,
      fobs,
      now,
    );
    expect(minew.path).toBe('/v1/gateways/gw-cereals/minew');
    expect(minew.body).toMatchObject([
      { type: 'Gateway' },
      { mac: 'C3000DE00001', rssi: -61, ibeaconMinor: 1 },
    ]);
    const native = postOf(
      demoZones.find(({ speaks }) => speaks === 'native')!,
      fobs,
      now,
    );
    expect(native).toMatchObject({
      path: '/v1/sightings',
      body: { sightings: [{ gatewayId: 'gw-entrance', beaconId: people[0]!.beacon.beaconId, rssiDbm: -61 }] },
    });
  });
});
