import type { ZoneId } from '../../shared/index.js';
import { planOf, rectangle } from '../../../test/support/plan.js';
import { defaultParameters as p } from '../parameters.js';
import { geometryOf, type ZonedFloor } from './geometry.rules.js';
import { radioMapOf } from './radio-map.rules.js';
import { begin, type Track } from './track.rules.js';
import { sharesOf, zoned, type Standing } from './zoning.rules.js';

const layout = planOf();
const floor = geometryOf(layout).floor!;
const map = radioMapOf(layout, undefined)!;
/** An island in the middle of a hall that is otherwise no zone. */
const island = geometryOf(planOf({ island: rectangle(8, 4, 12, 8) })).floor!;

const at = (x: number, deviation = 0.5, more: Partial<Track> = {}): Track => ({
  ...begin(100, map, p),
  x,
  y: 6,
  deviationX: deviation,
  deviationY: deviation,
  locatedSeconds: 3,
  ...more,
});
const nowhere: Standing = { zoneId: undefined, left: undefined };
const inside = (zoneId: string, left?: Standing['left']): Standing => ({ zoneId: zoneId as ZoneId, left });
const zoneOf = (standing: Standing, track: Track, on: ZonedFloor = floor): string | undefined =>
  zoned(standing, track, on, p).zoneId;

describe('the shares of zones', () => {
  it('are all of the Gaussian, and half of it at an edge', () => {
    for (const x of [2, 9, 10, 11, 18]) {
      const shares = [...sharesOf(at(x, 1), floor).values()];
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    }
    expect(sharesOf(at(10, 1), floor).get(0)).toBeCloseTo(0.5, 1);
    expect(sharesOf(at(9, 1), floor).get(0)).toBeCloseTo(0.84, 1);
  });
});

describe('the first zone', () => {
  it('is entered at once where it holds enough', () => {
    expect(zoneOf(nowhere, at(3, 1, { locatedSeconds: 1 }))).toBe('west');
  });
  it('waits some seconds where it does not', () => {
    expect(zoneOf(nowhere, at(10.1, 3, { locatedSeconds: 1 }))).toBeUndefined();
    expect(zoneOf(nowhere, at(10.1, 3, { locatedSeconds: 3 }))).toBe('east');
  });
  it('is none where there is none', () => {
    expect(zoneOf(nowhere, at(2), island)).toBeUndefined();
  });
});

describe('a move', () => {
  it('takes the share that is asked for', () => {
    expect(zoneOf(inside('west'), at(10.1, 1))).toBe('west');
    expect(zoneOf(inside('west'), at(11, 1))).toBe('east');
  });
  it('is noticed sooner of who walks, where zones are judged ahead', () => {
    const walking = at(10.1, 1, { velocityX: 1 });
    expect(zoned(inside('west'), walking, floor, p, 0).zoneId).toBe('west');
    expect(zoned(inside('west'), walking, floor, p, 1).zoneId).toBe('east');
    expect(zoned(inside('west'), at(10.1, 1), floor, p, 1).zoneId).toBe('west');
  });
  it('remembers what was left, and when', () => {
    expect(zoned(inside('west'), at(12), floor, p)).toEqual({
      zoneId: 'east',
      left: { zoneId: 'west', second: 100 },
    });
  });
  it('leaves the standing as it is where nothing changes', () => {
    const standing = inside('west');
    expect(zoned(standing, at(4), floor, p)).toBe(standing);
  });
  it.each([
    [99, 'east'],
    [100 - p.returnSeconds, 'west'],
  ])('back into a zone left at second %d ends in %s', (second, zone) => {
    const track = at(9, 1);
    expect(zoneOf(inside('east', { zoneId: 'west' as ZoneId, second }), track)).toBe(zone);
  });
  it('out of all zones takes more than one into a zone', () => {
    expect(zoneOf(inside('island'), at(14.5, 1), island)).toBe('island');
    expect(zoneOf(inside('island'), at(18, 1), island)).toBeUndefined();
  });
  it('out of all zones and into the same again is remembered too', () => {
    const out = zoned(inside('island'), at(18), island, p);
    expect(out).toEqual({ zoneId: undefined, left: { zoneId: 'island', second: 100 } });
    const back = zoned(out, at(10, 0.5, { second: 400 }), island, p);
    expect(back).toEqual({ zoneId: 'island', left: { zoneId: 'island', second: 100 } });
  });
  it('out of a zone that has no place any more goes where the Gaussian is', () => {
    expect(zoneOf(inside('gone'), at(4))).toBe('west');
  });
});
