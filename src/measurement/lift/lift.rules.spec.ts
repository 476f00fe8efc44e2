import { besides, liftOf, type ArmCount, type SpendingSums } from './lift.rules.js';
import { sentenceOf } from './sentence.rules.js';

const arm = (withheld: boolean, shoppers: number, buyers: number, share = 0.2): ArmCount => ({
  withheld,
  shoppers,
  waiting: 3,
  crossed: 0,
  entered: shoppers + 3,
  expectedWithheld: (shoppers + 3) * share,
  varianceWithheld: (shoppers + 3) * share * (1 - share),
  buyers,
});
/** Each of `buyers` earned `each`, and nothing before. */
const earning = (withheld: boolean, buyers: number, each: number, currency = 'EUR'): SpendingSums => ({
  withheld,
  currency,
  metric: 'margin',
  sum: buyers * each,
  sumOfSquares: buyers * each ** 2,
  sumBefore: 0,
  sumOfSquaresBefore: 0,
  sumOfProducts: 0,
});

describe('a lift', () => {
  const arms = [arm(false, 4_000, 2_000), arm(true, 1_000, 400)];

  it('earns where the interval of its margin lies above nought', () => {
    const lift = liftOf(arms, [earning(false, 2_000, 200), earning(true, 400, 200)], 30);
    expect(lift).toMatchObject({ verdict: 'earns', daysToKnow: null, waiting: 6 });
    const [margin] = lift.estimates;
    expect(margin).toMatchObject({ metric: 'margin', currency: 'EUR', treatedMean: 100, controlMean: 80 });
    expect(margin?.earned?.amount).toBeCloseTo(20 * 4_000, 6);
    expect(sentenceOf(lift)).toMatch(/^Earned 800\.00 EUR more than its holdout \(95 %: \d/);
  });

  it('loses where it lies below', () => {
    const lift = liftOf(arms, [earning(false, 2_000, 100), earning(true, 400, 400)], 30);
    expect(lift.verdict).toBe('loses');
    expect(sentenceOf(lift)).toMatch(/^Lost 4400\.00 EUR against its holdout/);
  });

  it('is not known where it holds nought, and says how long that takes at the pace so far', () => {
    const spending = [earning(false, 2_000, 200), earning(true, 480, 200)];
    const lift = liftOf(arms, spending, 30);
    expect(lift.verdict).toBe('notYetKnown');
    // The difference is 4 with an error of 3.5: some twenty times as many shoppers.
    expect(lift.daysToKnow).toBeGreaterThan(100);
    expect(sentenceOf(lift)).toMatch(/Not yet known: about \d+ more days at this pace\.$/);
    expect(liftOf(arms, spending, 1).daysToKnow).toBeLessThan(lift.daysToKnow ?? 0);
    expect(sentenceOf(liftOf(arms, spending, 300))).toMatch(/not within a year/);
  });

  it('counts whoever spent nothing, in every currency', () => {
    const lift = liftOf(arms, [earning(false, 100, 200, 'CHF'), earning(true, 400, 200)], 30);
    const means = lift.estimates
      .filter(({ metric }) => metric === 'margin')
      .map(({ currency, treatedMean, controlMean }) => [currency, treatedMean, controlMean]);
    expect(means).toEqual([
      ['CHF', 5, 0],
      ['EUR', 0, 80],
    ]);
    // Earned in one, lost in the other: nothing to be said of both.
    expect(lift.verdict).toBe('notYetKnown');
  });

  it('says nothing of an arm of less than thirty', () => {
    const lift = liftOf([arm(false, 200, 100), arm(true, 29, 3, 0.13)], [earning(false, 100, 200)], 30);
    expect(lift).toMatchObject({ estimates: [], verdict: 'notYetKnown', daysToKnow: null });
    expect(sentenceOf(lift)).toMatch(/^Too early to say: 200 treated and 29 control/);
    expect(liftOf([], [], 30)).toMatchObject({ treatedShoppers: 0, controlShoppers: 0, estimates: [] });
  });

  it('is broken where the arms are not as large as their shares make them', () => {
    const lift = liftOf([arm(false, 4_000, 2_000), arm(true, 800, 400)], [], 30);
    expect(lift.verdict).toBe('broken');
    expect(sentenceOf(lift)).toMatch(/^The holdout is broken: withheld from 803 shoppers, where about 961/);
  });

  it('is drawn to the others by how little is known of it', () => {
    const lifts = [0.5, 0.49, 0.48, 0.6].map((share) =>
      liftOf(arms, [earning(false, 4_000 * share, 200), earning(true, 400, 200)], 30),
    );
    const margins = lifts.flatMap(({ estimates }) => estimates.filter(({ metric }) => metric === 'margin'));
    const drawn = besides(margins);
    expect(drawn[3]?.shrunkDifference).toBeLessThan(margins[3]?.difference ?? 0);
    expect(drawn[3]?.falseDiscoveryRate).toBeLessThan(0.001);
  });
});
