import fc from 'fast-check';
import { seeded } from '../../shared/index.js';
import { offPolicy, type LoggedChoice } from './off-policy.rules.js';

/** So many times the same four choices: two actions, logged at 4 : 1, judged at 1 : 1. */
function repeated(times: number): LoggedChoice[] {
  const target = [
    ['a', 0.5],
    ['b', 0.5],
  ] as const;
  const a = { action: 'a', propensity: 0.8, target };
  const one: LoggedChoice[] = [
    { ...a, reward: 1 },
    { ...a, reward: 0 },
    { ...a, reward: 0 },
    { ...a, reward: 0 },
    { action: 'b', propensity: 0.2, reward: 1, target },
  ];
  return Array.from({ length: times }, () => one).flat();
}

describe('off-policy evaluation', () => {
  it('is what one works out by hand', () => {
    // w = .625 four times and 2.5: Σ w = 5, Σ w² = 7.8125, ESS = 25 / 7.8125 = 3.2 of five
    const report = offPolicy(repeated(200));
    expect(report).toMatchObject({ choices: 1_000, maxWeight: 2.5, weightsAgree: true });
    expect(report.effectiveSampleSize).toBeCloseTo(640, 9);
    expect(report.meanWeight.estimate).toBeCloseTo(1, 12);
    expect(report.logged.estimate).toBeCloseTo(0.4, 12);
    // (.625 + 2.5) / 5
    expect(report.estimates!.ips.estimate).toBeCloseTo(0.625, 12);
    expect(report.estimates!.snips.estimate).toBeCloseTo(0.625, 12);
    // Whatever the rewards are taken for, the weights put it right in the mean.
    expect(report.estimates!.doublyRobust.estimate).toBeCloseTo(0.625, 1);
    // sd of w r over the five, / √1000
    const terms = [0.625, 0, 0, 0, 2.5];
    const variance = (200 * terms.reduce((sum, term) => sum + (term - 0.625) ** 2, 0)) / 999;
    const half = 1.959964 * Math.sqrt(variance / 1_000);
    expect(report.estimates!.ips.interval[1] - 0.625).toBeCloseTo(half, 9);
  });

  it('refuses to estimate from an effective sample below 100, and says so', () => {
    const report = offPolicy(repeated(31));
    expect(report.effectiveSampleSize).toBeCloseTo(99.2, 9);
    expect(report.estimates).toBeNull();
    expect(report.refused).toBe(
      'the effective sample is 99.2 choices, fewer than 100: the log says too little of what this policy does',
    );
    expect(offPolicy(repeated(32)).estimates).not.toBeNull();
    expect(offPolicy([]).estimates).toBeNull();
  });

  it('gives the mean for the logging policy itself, by every estimator of weights', () => {
    const choice = fc.record({
      at: fc.integer({ min: 0, max: 2 }),
      reward: fc.double({ min: -5, max: 5, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(choice, { minLength: 100, maxLength: 200 }), (choices) => {
        const target = [
          ['a', 0.7],
          ['b', 0.2],
          ['c', 0.1],
        ] as const;
        const log = choices.map(({ at, reward }) => ({
          action: target[at as 0][0],
          propensity: target[at as 0][1],
          reward,
          target,
        }));
        const mean = choices.reduce((sum, { reward }) => sum + reward, 0) / choices.length;
        const { estimates, maxWeight } = offPolicy(log);
        expect(maxWeight).toBe(1);
        expect(estimates!.ips.estimate).toBeCloseTo(mean, 9);
        expect(estimates!.snips.estimate).toBeCloseTo(mean, 9);
      }),
    );
  });

  it('finds what another policy earns, with an interval that holds it', () => {
    const roll = seeded('ope');
    const truth: Record<string, number> = { a: 0.1, b: 0.3, c: 0.5 };
    const logging: Record<string, number> = { a: 0.6, b: 0.3, c: 0.1 };
    const target = [
      ['b', 0.5],
      ['c', 0.5],
    ] as const;
    const log = Array.from({ length: 20_000 }, (): LoggedChoice => {
      const drawn = roll();
      const action = drawn < 0.6 ? 'a' : drawn < 0.9 ? 'b' : 'c';
      return { action, propensity: logging[action]!, reward: Number(roll() < truth[action]!), target };
    });
    const { estimates, weightsAgree } = offPolicy(log);
    expect(weightsAgree).toBe(true);
    for (const { estimate, interval } of Object.values(estimates!)) {
      expect(estimate).toBeCloseTo(0.4, 1);
      expect(interval[0]).toBeLessThan(0.4);
      expect(interval[1]).toBeGreaterThan(0.4);
    }
    const half = ({ interval }: { interval: readonly [number, number] }): number => interval[1] - interval[0];
    expect(half(estimates!.doublyRobust)).toBeLessThan(half(estimates!.ips));
  });

  it('notices weights that cannot be: a propensity told too low', () => {
    const log = repeated(200).map((each) => ({ ...each, propensity: each.propensity / 2 }));
    expect(offPolicy(log).weightsAgree).toBe(false);
    expect(() => offPolicy([{ action: 'a', propensity: 0, reward: 0, target: [] }])).toThrow('propensity');
  });
});
