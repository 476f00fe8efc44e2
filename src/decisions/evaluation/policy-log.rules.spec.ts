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
