import { figuresOf } from './figures.rules.js';
import type { Judged } from './walk.rules.js';
import { dividedInto } from './zones.rules.js';

/** Strips of 4 m: strip-1 from 0 to 4 and so on. */
const zones = dividedInto({ stripMetres: 4 }, { x: 0, y: 0, widthMetres: 12, heightMetres: 4 }, []);

/** By second: the true x, the zone that was said, and by how much the place was off. */
const walkOf = (...seconds: [x: number, said: number | undefined, off?: number][]): Judged[] =>
  seconds.map(([x, said, off], second) => ({
    second,
    true: { x, y: 2 },
    zoneId: said === undefined ? undefined : `strip-${said}`,
    located: off === undefined ? undefined : { x: x + off, y: 2 },
  }));

it('has nothing to say of nothing', () => {
  expect(figuresOf([], zones)).toEqual({
    zoneAccuracy: null,
    zoneAccuracyWithin1m: null,
    medianErrorMetres: null,
    p90ErrorMetres: null,
    trueTransitions: 0,
    reportedTransitions: 0,
    medianEnterDelaySeconds: null,
  });
});

it('judges zones by second, and lets a metre pass', () => {
  const { zoneAccuracy, zoneAccuracyWithin1m } = figuresOf(
    [walkOf([1, 1], [3.5, 2], [2, 2], [1, undefined], [5, 2])],
    zones,
  );
  expect([zoneAccuracy, zoneAccuracyWithin1m]).toEqual([0.4, 0.6]);
});

it('takes quantiles of the errors of all walks', () => {
  const { medianErrorMetres, p90ErrorMetres } = figuresOf(
    [walkOf([1, 1, 1], [1, 1, 2]), walkOf([1, 1, -3], [1, 1, 4], [1, 1])],
    zones,
  );
  expect([medianErrorMetres, p90ErrorMetres]).toEqual([2.5, 3.7]);
});

it('counts moves, those into and out of nowhere left aside', () => {
  const { trueTransitions, reportedTransitions } = figuresOf(
    [walkOf([1, undefined], [5, 1], [6, undefined], [9, 1], [9, 2])],
    zones,
  );
  expect([trueTransitions, reportedTransitions]).toEqual([2, 1]);
});

it('measures how long after a move its zone is said; one never said is the longest', () => {
  const late = walkOf([1, 1], [5, 1], [5, 1], [5, 2], [9, 3]);
  expect(figuresOf([late], zones).medianEnterDelaySeconds).toBe(1);
  const missed = walkOf([1, 1], [5, 1], [9, 1], [9, 3]);
  expect(figuresOf([missed], zones).medianEnterDelaySeconds).toBeNull();
  expect(figuresOf([late, missed], zones).medianEnterDelaySeconds).toBe(1.5);
});
