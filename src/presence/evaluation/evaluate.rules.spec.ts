import { simulatedHall } from '../../../test/support/simulated-hall.js';
import type { ZoneId } from '../../shared/index.js';
import { evaluate, pathsOf, type Trial } from './evaluate.rules.js';

// A hall that never was stands in for recorded walks. Its radios are as uneven as measured ones; the bounds are generous,
// since what they guard is that nothing breaks, not the last tenth of a metre.
const hall = simulatedHall(1);
const long = hall.walk('long', 1_800);
const { gateways } = hall;

describe('a long walk in a hall that was surveyed', () => {
  const trial: Trial = { gateways, survey: hall.survey(2), walks: [long], zones: { stripMetres: 4 } };
  const { overall, walks, radioMap, zones } = evaluate(trial);

  it('is followed within metres, and moves are told in time and not too often', () => {
    expect(overall.medianErrorMetres).toBeLessThan(1.3);
    expect(overall.p90ErrorMetres).toBeLessThan(2.6);
    expect(overall.zoneAccuracy).toBeGreaterThan(0.7);
    expect(overall.zoneAccuracyWithin1m).toBeGreaterThan(0.85);
    // Of this many moves 2 to 3 s, by the hall; a zone that was left again before it was told counts as never.
    expect(overall.medianEnterDelaySeconds).toBeLessThanOrEqual(3);
    expect(overall.trueTransitions).toBeGreaterThan(80);
    expect(overall.reportedTransitions).toBeLessThanOrEqual(1.5 * overall.trueTransitions);
  });
  it('is judged second by second', () => {
    expect({ radioMap, zones }).toEqual({ radioMap: 'survey', zones: 5 });
    expect(walks).toEqual([{ walk: 'long', seconds: 1_800, ...overall }]);
  });
  it('moves between quadrants hardly oftener than it does', () => {
    const quadrants = evaluate({ ...trial, zones: 'quadrants' }).overall;
    expect(quadrants.zoneAccuracy).toBeGreaterThan(0.8);
    expect(quadrants.reportedTransitions).toBeLessThanOrEqual(1.5 * quadrants.trueTransitions);
  });
  it.each([-6, 6])('is followed as well where the tag is %d dB louder than the surveyed one', (louderDb) => {
    const walk = hall.walk('another tag', 240, louderDb);
    expect(evaluate({ ...trial, walks: [walk] }).overall.medianErrorMetres).toBeLessThan(1.6);
  });
});

describe('walks in a hall that nobody surveyed', () => {
  const walks = [hall.walk('one', 300), hall.walk('two', 120)];
  const { overall, radioMap } = evaluate({ gateways, survey: [], walks, zones: { stripMetres: 4 } });

  it('are followed by what was heard of the others', () => {
    expect(radioMap).toBe('traffic of the other walks');
    expect(overall.medianErrorMetres).toBeLessThan(2.6);
    expect(overall.p90ErrorMetres).toBeLessThan(5);
    expect(overall.medianEnterDelaySeconds).toBeLessThanOrEqual(5);
    expect(overall.reportedTransitions).toBeLessThanOrEqual(1.5 * overall.trueTransitions);
  });
});

describe('a hall with two gateways', () => {
  const pair = gateways.slice(0, 2);
  const trial: Trial = {
    gateways: pair,
    survey: [],
    walks: [hall.walk('one', 60)],
    zones: 'nearest-gateway',
  };
  it('places nobody on the plan, and is judged by zones alone', () => {
    const { radioMap, overall } = evaluate(trial);
    expect(radioMap).toBe('none');
    expect(overall).toMatchObject({ medianErrorMetres: null, p90ErrorMetres: null });
    expect(overall.zoneAccuracy).not.toBeNull();
  });
});

describe('the paths of a trial', () => {
  it('hold the true and the estimated place of each second, in zones that are given', () => {
    const polygon = [
      [0, 0],
      [20, 0],
      [20, 16],
      [0, 16],
    ] as const;
    const zones = [{ zoneId: 'all' as ZoneId, polygon }];
    const [path] = pathsOf({ gateways, survey: hall.survey(4), walks: [hall.walk('one', 30)], zones });
    expect(path?.walk).toBe('one');
    expect(path?.judged).toHaveLength(30);
    expect(path?.judged.at(-1)).toMatchObject({ zoneId: 'all', located: { x: expect.any(Number) } });
  });
});
