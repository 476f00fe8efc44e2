import { offPolicy } from './off-policy.rules.js';
import {
  choiceOf,
  openBanditChoices,
  openBanditRow,
  type JudgedPolicy,
  type PolicyLogLine,
} from './policy-log.rules.js';

const line: PolicyLogLine = {
  decisionId: 'd1',
  at: '2026-11-29T10:00:00.000Z',
  storeId: 's1',
  policy: 'incrementalValue',
  offerId: 'b',
  revision: 1,
  choices: [
    { offerId: 'a', revision: 1, propensity: 0.9, priority: 10, value: 8, margin: 100 },
    { offerId: 'b', revision: 1, propensity: 0.1, priority: 50, value: 3, margin: 50 },
    { offerId: 'c', revision: 1, propensity: 0, priority: 50, value: 1, margin: 50 },
  ],
  reward: 45,
  bought: true,
};

describe('a line of the ledger', () => {
  it.each<[JudgedPolicy, number[]]>([
    [{ kind: 'uniform' }, [1 / 3, 1 / 3, 1 / 3]],
    [{ kind: 'greedy' }, [1, 0, 0]],
    [{ kind: 'priority' }, [0, 1, 0]],
    // 1 / (3 + 10 · .05), 1 / (3 + 10 · .07)
    [
      { kind: 'incrementalValue', gamma: 10, minimumPropensity: 0.01 },
      [1 - 1 / 3.5 - 1 / 3.7, 1 / 3.5, 1 / 3.7],
    ],
  ])('is judged as %j would have chosen', (judged, expected) => {
    const choice = choiceOf(line, judged);
    expect(choice).toMatchObject({ action: 'b', propensity: 0.1, reward: 45 });
    choice.target.forEach(([, probability], at) => {
      expect(probability).toBeCloseTo(expected[at]!, 12);
    });
  });

  it('names what was chosen among its choices', () => {
    expect(() => choiceOf({ ...line, offerId: 'z' }, { kind: 'greedy' })).toThrow('z is not among');
  });
});

describe('an Open Bandit log', () => {
  const row = (item: string, position: string, click: string, score: string): Record<string, unknown> => ({
    timestamp: '2019-11-24 00:00:00+00:00',
    item_id: item,
    position,
    click,
    propensity_score: score,
    user_feature_0: 'abc',
  });

  it('is judged against showing every item alike, position by position', () => {
    // w = .5 / .25 = 2 with a click, .5 / .75 thrice without: IPS 2 / 4, SNIPS 2 / (2 + 2)
    const rows = Array.from({ length: 50 }, () => [
      row('3', '1', '1', '0.25'),
      row('7', '1', '0', '0.75'),
      row('7', '2', '0', '0.75'),
      row('7', '3', '0', '0.75'),
    ]).flat();
    const report = offPolicy(openBanditChoices(rows.map(openBanditRow)));
    expect(report.estimates!.ips.estimate).toBeCloseTo(0.5, 12);
    expect(report.estimates!.snips.estimate).toBeCloseTo(0.5, 12);
    expect(report.logged.estimate).toBeCloseTo(0.25, 12);
    expect(report.maxWeight).toBe(2);
  });

  it('names the column that is no number', () => {
    expect(() => openBanditRow(row('3', '1', '', '0.25'))).toThrow('click: expected a number');
  });
});

/**
 * Figures published for the small Open Bandit logs of ZOZO (10,000 rows each; the policy `bts` judged as showing every
 * item alike). The logs are no part of the project: rows are made here with the published clicks and the published sums
 * of weights and of weighted clicks, and must come to the published figures, each of which has another formula.
 */
describe('the published figures of Open Bandit', () => {
  const ROWS = 10_000;
  interface Published {
    items: number;
    clicks: number;
    ips: number;
    half: number;
    snips: number;
    sample: number;
    /** The least propensity in the log: the largest weight is 1 / items / it. */
    least: number;
  }
  const men: Published = {
    ...{ items: 34, clicks: 69, ips: 0.003009, half: 0.00152, snips: 0.003189, sample: 655.7 },
    least: 0.000165,
  };
  const women: Published = {
    ...{ items: 46, clicks: 46, ips: 0.007438, half: 0.00807, snips: 0.002373, sample: 2.1 },
    least: 0.000001,
  };

  /** So many numbers with this sum and this sum of squares: `high` of them large, the others alike. */
  function numbersOf(count: number, high: number, sum: number, squares: number): number[] {
    const low = count - high;
    const a = high + high ** 2 / low;
    const b = (-2 * sum * high) / low;
    const c = sum ** 2 / low - squares;
    const large = (-b + Math.sqrt(b ** 2 - 4 * a * c)) / (2 * a);
    const small = (sum - high * large) / low;
    return Array.from({ length: count }, (_, at) => (at < high ? large : small));
  }

  function reportOf({ items, clicks, ips, half, snips, sample, least }: Published) {
    const heaviest = 1 / items / least;
    const weightedClicks = ips * ROWS;
    const variance = (half / 1.959964) ** 2 * ROWS;
    const clickSquares = variance * (ROWS - 1) + ROWS * ips ** 2;
    const weights = weightedClicks / snips;
    const squares = weights ** 2 / sample;
    const clicked = numbersOf(clicks, 1, weightedClicks, clickSquares);
    const others = ROWS - clicks - 1;
    const rest = weights - weightedClicks - heaviest;
    // Where one row has nearly all of the squares, what is left of a rounded figure says nothing of the others.
    const left = Math.max(squares - clickSquares - heaviest ** 2, (1.0001 * rest ** 2) / others);
    const unclicked = [heaviest, ...numbersOf(others, 10, rest, left)];
    const row = (click: number) => (weight: number, at: number) =>
      openBanditRow({
        item_id: String(at % items),
        position: '1',
        click: String(click),
        propensity_score: String(1 / items / weight),
      });
    return offPolicy(openBanditChoices([...clicked.map(row(1)), ...unclicked.map(row(0))]));
  }

  it('for men: IPS, its interval, SNIPS, the effective sample and the largest weight', () => {
    const { estimates, effectiveSampleSize, maxWeight, logged, weightsAgree } = reportOf(men);
    expect(logged.estimate).toBeCloseTo(0.0069, 12);
    expect(estimates!.ips.estimate).toBeCloseTo(0.003009, 6);
    expect(estimates!.ips.interval[1] - estimates!.ips.estimate).toBeCloseTo(0.00152, 5);
    expect(estimates!.snips.estimate).toBeCloseTo(0.003189, 6);
    expect(effectiveSampleSize).toBeCloseTo(655.7, 1);
    expect(Math.round(maxWeight)).toBe(178);
    expect(weightsAgree).toBe(true);
    // What showing every item alike earned when it was tried: .00460; the interval says how little is known.
    expect(estimates!.ips.interval[0]).toBeLessThan(0.0046);
  });

  it('for women: one row of a propensity of a millionth, so that nothing is estimated', () => {
    const { estimates, refused, effectiveSampleSize, maxWeight, meanWeight } = reportOf(women);
    expect(Math.round(maxWeight)).toBe(21_739);
    expect(effectiveSampleSize).toBeCloseTo(2.1, 1);
    expect(meanWeight.estimate).toBeCloseTo(0.007438 / 0.002373, 6);
    expect(estimates).toBeNull();
    expect(refused).toContain('fewer than 100');
  });
});
