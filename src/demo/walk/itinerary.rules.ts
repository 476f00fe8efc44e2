import { seeded, SECOND_MS, type Instant } from '../../shared/index.js';
import { demoZones, middleOf, type DemoZone, type Point } from '../shop/layout.rules.js';
import type { Person } from '../shop/people.rules.js';

/** Somebody who can be sensed comes in this often. With something to say to each of them, an offer is never far. */
export const ARRIVAL_EVERY_MS = 7 * SECOND_MS;
/** From one zone to the next, and how long they stand there: long enough to be noticed twice over. */
const WALK_MS = 8 * SECOND_MS;
const STAND_MS: Readonly<Record<DemoZone['kind'], number>> = {
  entrance: 14 * SECOND_MS,
  aisle: 22 * SECOND_MS,
  department: 26 * SECOND_MS,
  checkout: 22 * SECOND_MS,
};
/** Zones seen between the entrance and the checkout. */
const AISLES_A_VISIT = 4;

/** A stay at one place of a tour, in milliseconds since the visit began. */
export interface Stop {
  zone: DemoZone;
  fromMs: number;
  untilMs: number;
}

/** Where somebody is, and on which of their visits. */
export interface Whereabouts {
  visit: number;
  sinceMs: number;
  tour: readonly Stop[];
  position: Point;
}

/**
 * When everybody comes in: those who can be sensed one by one at even distances, round and round; those who have
 * said no to it come along with the one before them. A round is longer than a visit and the absence that ends it.
 */
export interface Rota {
  /** Milliseconds after the beginning of a round at which each person comes in, by place in the list. */
  arrivalsMs: readonly number[];
  roundMs: number;
}

/** The rota of a clientele. */
export function rotaOf(people: readonly Person[]): Rota {
  let sensed = 0;
  const arrivalsMs = people.map(({ consents }) => {
    if (consents.location) sensed += 1;
    return (sensed - 1) * ARRIVAL_EVERY_MS;
  });
  return { arrivalsMs, roundMs: Math.max(1, sensed) * ARRIVAL_EVERY_MS };
}

/**
 * Where a person is at a moment; undefined while they are not in the shop. It depends on the clock alone, so that a
 * demo that was killed goes on where everybody would be by now.
 */
export function whereaboutsOf(
  person: Person,
  arrivalMs: number,
  roundMs: number,
  now: Instant,
): Whereabouts | undefined {
  const visit = Math.floor((now - arrivalMs) / roundMs);
  const sinceMs = now - arrivalMs - visit * roundMs;
  const tour = tourOf(person, visit);
  const position = positionOn(tour, sinceMs);
  return position && { visit, sinceMs, tour, position };
}

/** The stops of one visit: in by the entrance, past what they buy, out by the checkout. */
export function tourOf(person: Person, visit: number): Stop[] {
  const roll = seeded(`${person.shopperId} visit ${visit}`);
  const [entrance, checkout] = [zoneOf('entrance'), zoneOf('checkout')];
  const wanted = demoZones
    .filter(({ kind }) => kind !== 'entrance' && kind !== 'checkout')
    .map((zone) => ({ zone, pull: roll() + (isWanted(person, zone) ? 0.5 : 0) }))
    .sort((a, b) => b.pull - a.pull)
    .slice(0, AISLES_A_VISIT)
    .map(({ zone }) => zone);
  let clockMs = 0;
  return [entrance, ...wanted, checkout].map((zone) => {
    const fromMs = clockMs;
    const untilMs = fromMs + STAND_MS[zone.kind];
    clockMs = untilMs + WALK_MS;
    return { zone, fromMs, untilMs };
  });
}

/** Where they are on a tour: at a stop, between two, or gone. */
function positionOn(tour: readonly Stop[], sinceMs: number): Point | undefined {
  const next = tour.findIndex(({ untilMs }) => sinceMs < untilMs);
  const stop = tour[next];
  if (stop === undefined) return undefined;
  const to = middleOf(stop.zone);
  const before = tour[next - 1];
  if (before === undefined || sinceMs >= stop.fromMs) return to;
  const from = middleOf(before.zone);
  const share = (sinceMs - before.untilMs) / WALK_MS;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

const DRAWN_TO: Readonly<Record<string, string>> = { cornflakes: 'cereals', filters: 'coffee' };

function isWanted({ habits }: Person, { zoneId }: DemoZone): boolean {
  return habits.some(({ group }) => DRAWN_TO[group] === zoneId);
}

function zoneOf(kind: DemoZone['kind']): DemoZone {
  const zone = demoZones.find((each) => each.kind === kind);
  if (zone === undefined) throw new RangeError(`Corner Market has no ${kind}`);
  return zone;
}
