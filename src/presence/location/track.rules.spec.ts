import fc from 'fast-check';
import { planOf, SIX } from '../../../test/support/plan.js';
import { defaultParameters as p } from '../parameters.js';
import { lossDb } from './path-loss.rules.js';
import { radioMapOf } from './radio-map.rules.js';
import { rounded } from './rounding.rules.js';
import { begin, corrected, predicted, type Heard, type Track } from './track.rules.js';

const map = radioMapOf(planOf(), undefined)!;
const positions = Object.values(SIX);
/** What the anchors hear of a tag at (x, y), by the very law that an uncalibrated map assumes. */
const levels = (x: number, y: number, louderDb = 0): Heard[] =>
  positions.map((position, anchor) => ({
    anchor,
    dbm: -59 + louderDb - lossDb({ atOneMetreDbm: -59, exponent: 2 }, position, x, y),
    several: true,
  }));
const start = begin(0, map, p);

function after(seconds: number, at: (second: number) => { x: number; y: number }, louderDb = 0): Track {
  let track = start;
  for (let second = 1; second <= seconds; second += 1) {
    const { x, y } = at(second);
    track = rounded(corrected(predicted(track, second, p), levels(x, y, louderDb), map, p));
  }
  return track;
}

const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const tracks = fc.record<Track>({
  second: fc.constant(0),
  x: number(-50, 70),
  y: number(-50, 70),
  deviationX: number(0, 60),
  deviationY: number(0, 60),
  correlation: number(-1, 1),
  velocityX: number(-3, 3),
  velocityY: number(-3, 3),
  velocityDeviationX: number(0, 1),
  velocityDeviationY: number(0, 1),
  gainX: number(-0.5, 0.5),
  gainY: number(-0.5, 0.5),
  louderDb: number(-30, 30),
  louderDeviationDb: number(0, 20),
  locatedAt: fc.constant(0),
  locatedSeconds: fc.nat(3),
});

describe('a track begins', () => {
  it('anywhere on the floor', () => {
    expect(start).toMatchObject({ x: 10, y: 6, deviationX: 10, deviationY: 6, locatedSeconds: 0 });
  });
  it('the less sure of the tag the less is known of the store', () => {
    expect(start.louderDeviationDb).toBeGreaterThan(10);
    expect(begin(0, { ...map, commonDeviationDb: 0 }, p).louderDeviationDb).toBe(p.tagDeviationDb);
  });
});

describe('predicting', () => {
  it('grows less sure of the place the longer it takes, and forgets the velocity', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), (near, further) => {
        const walking = { ...after(3, () => ({ x: 5, y: 5 })), velocityX: 1 };
        const [soon, late] = [near, near + further].map((ahead) => predicted(walking, 3 + ahead, p));
        expect(late!.deviationX).toBeGreaterThan(soon!.deviationX);
        expect(late!.deviationY).toBeGreaterThan(soon!.deviationY);
        expect(late!.velocityX).toBeLessThan(soon!.velocityX);
        expect(soon!.velocityX).toBeCloseTo(Math.exp(-near / p.walkingSeconds), 9);
      }),
    );
  });
  it('in one stride as in many', () => {
    const from = { ...after(3, () => ({ x: 5, y: 5 })), velocityX: 0.7, velocityY: -0.4 };
    let strides = from;
    for (let second = 4; second <= 12; second += 1) strides = predicted(strides, second, p);
    const one = predicted(from, 12, p);
    for (const part of ['x', 'y', 'velocityX', 'deviationX', 'velocityDeviationY', 'gainX'] as const)
      expect(strides[part]).toBeCloseTo(one[part], 6);
  });
  it('changes nothing in no time', () => {
    const track = after(3, () => ({ x: 5, y: 5 }));
    expect(rounded(predicted(track, 3, p))).toEqual(track);
  });
});

describe('correcting', () => {
  it('finds a tag, of the usual power and of others', () => {
    for (const louderDb of [-6, 0, 6]) {
      const track = after(15, () => ({ x: 14, y: 4 }), louderDb);
      expect(Math.hypot(track.x - 14, track.y - 4)).toBeLessThan(0.8);
      expect(Math.abs(track.louderDb - louderDb)).toBeLessThan(2);
      expect(track.louderDeviationDb).toBeLessThan(2);
    }
  });
  it('finds one of another power on a map that is sure of it', () => {
    const sure = { ...map, commonDeviationDb: 0, learns: false };
    for (const louderDb of [-6, 6]) {
      let track = begin(0, sure, p);
      for (let second = 1; second <= 40; second += 1)
        track = rounded(corrected(predicted(track, second, p), levels(14, 4, louderDb), sure, p));
      expect(Math.hypot(track.x - 14, track.y - 4)).toBeLessThan(1.5);
    }
  });
  it('follows one that walks, and knows how fast', () => {
    const track = after(18, (second) => ({ x: 1 + second * 0.8, y: 6 }));
    expect(Math.abs(track.x - 15.4)).toBeLessThan(2);
    expect(Math.abs(track.velocityX - 0.8)).toBeLessThan(0.35);
    expect(Math.abs(track.velocityY)).toBeLessThan(0.2);
  });
  it('is the same where nobody on the map heard', () => {
    expect(corrected(start, [], map, p)).toBe(start);
    expect(corrected(start, [{ anchor: 99, dbm: -60, several: false }], map, p)).toBe(start);
  });
  it('counts the seconds in which three heard, up to three', () => {
    const two = corrected(predicted(start, 5, p), levels(5, 5).slice(0, 2), map, p);
    expect([two.locatedAt, two.locatedSeconds]).toEqual([0, 0]);
    expect(after(9, () => ({ x: 5, y: 5 }))).toMatchObject({ locatedAt: 9, locatedSeconds: 3 });
  });
  it('believes several packets more than one', () => {
    const expected = predicted(start, 1, p);
    const one = levels(5, 5).map((each) => ({ ...each, several: false }));
    const [few, many] = [corrected(expected, one, map, p), corrected(expected, levels(5, 5), map, p)];
    expect(many.deviationX).toBeLessThan(few.deviationX);
  });
  it('looks at a large floor in steps', () => {
    const far = { a: { x: 0, y: 0 }, b: { x: 150, y: 0 }, c: { x: 0, y: 100 }, d: { x: 150, y: 100 } };
    const layout = { ...planOf(undefined, far), floorPlan: { widthMetres: 150, heightMetres: 100 } };
    const large = radioMapOf(layout, undefined)!;
    let track = begin(0, large, p);
    const radios = Object.values(far);
    for (let second = 1; second <= 20; second += 1) {
      const heard = radios.map((position, anchor) => ({
        anchor,
        dbm: -59 - lossDb({ atOneMetreDbm: -59, exponent: 2 }, position, 100, 40),
        several: true,
      }));
      track = rounded(corrected(predicted(track, second, p), heard, large, p));
    }
    expect(Math.hypot(track.x - 100, track.y - 40)).toBeLessThan(12);
  });

  it('never gives what is no number, whatever is heard of whatever state, and stays on the floor', () => {
    const heard = fc.array(fc.record({ anchor: fc.nat(7), dbm: number(-200, 200), several: fc.boolean() }), {
      maxLength: 9,
    });
    fc.assert(
      fc.property(tracks, heard, fc.nat(400), (track, what, seconds) => {
        const found = rounded(corrected(predicted(rounded(track), seconds, p), what, map, p));
        for (const value of Object.values(found)) expect(Number.isFinite(value)).toBe(true);
        expect(found.deviationX).toBeGreaterThan(0);
        if (what.some(({ anchor }) => anchor < positions.length)) {
          expect(found.x >= 0 && found.x <= 20 && found.y >= 0 && found.y <= 12).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('rounding', () => {
  it('is done once', () => {
    fc.assert(fc.property(tracks, (track) => expect(rounded(rounded(track))).toEqual(rounded(track))));
  });
});
