import { gaussian, seeded } from '../../../shared/random.js';
import type { Visit } from '../model/shopper.rules.js';
import { evaluateReplenishment } from './evaluate.rules.js';
import { Gathering } from './histories.rules.js';
import { Scoring } from './metrics.rules.js';

/** Shoppers who come every few days; each item runs out after its own days, more or less. */
function clientele(shoppers: number, items: number, days: number): Visit[][] {
  const roll = seeded('clientele');
  return Array.from({ length: shoppers }, () => {
    const every = Array.from({ length: items }, () => 5 + Math.floor(60 * roll()));
    const due = every.map((gap) => Math.floor(gap * roll()));
    const visits: Visit[] = [];
    for (let day = 10_000; day < 10_000 + days; day += 1 + Math.floor(4 * roll())) {
      const bought = every.flatMap((gap, item) => {
        if (due[item]! > day - 10_000) return [];
        due[item] = day - 10_000 + Math.round(gap * Math.exp(0.2 * gaussian(roll)));
        return [item];
      });
      visits.push({ day, items: bought });
    }
    return visits;
  });
}

describe('the evaluation', () => {
  const shoppers = clientele(12, 12, 500);
  const report = evaluateReplenishment({ shoppers, itemCount: 12 }, 10_300, seeded(1));

  it('foresees regular purchases better than shares do, and says how sure that is', () => {
    const { ours, baselines, differences } = report;
    expect(ours.logLoss).toBeLessThan(0.85 * baselines.betaBinomial.logLoss);
    expect(ours.auc).toBeGreaterThan(baselines.betaBinomial.auc);
    expect(differences.logLoss.to).toBeLessThan(0);
    expect(differences.auc.from).toBeGreaterThan(0);
    expect(ours.calibrationError).toBeLessThan(0.02);
  });

  it('tells intervals that hold four in five', () => {
    expect(report.ours.intervalCoverage80).toBeGreaterThan(0.74);
    expect(report.ours.intervalCoverage80).toBeLessThan(0.9);
    expect(report.ours.intervalCoverage80AtCut).toBeGreaterThan(0.68);
  });

  it('learns nothing from what comes later', () => {
    const day = 10_400;
    const cutShort = shoppers.map((visits) => visits.filter((visit) => visit.day <= day));
    const short = evaluateReplenishment({ shoppers: cutShort, itemCount: 12 }, 10_300, seeded(1));
    expect(short.weights).toEqual(report.weights);
  });
});

describe('the metrics', () => {
  it('are the ones in the books', () => {
    const scoring = new Scoring();
    scoring.beginShopper();
    const probabilities = new Float64Array([0.9, 0.2, 0.6, 0.1]);
    scoring.add(probabilities, new Uint8Array([1, 1, 0, 0]), new Float64Array(4), 4);
    const { logLoss, brier, auc, recallAt10, ndcgAt10 } = scoring.metrics();
    expect(logLoss).toBeCloseTo(-Math.log(0.9 * 0.2 * 0.4 * 0.9) / 4, 9);
    expect(brier).toBeCloseTo((0.01 + 0.64 + 0.36 + 0.01) / 4, 9);
    expect(auc).toBeCloseTo(0.75, 9);
    expect(recallAt10).toBe(1);
    expect(ndcgAt10).toBeCloseTo((1 + 1 / 2) / (1 + 1 / Math.log2(3)), 9);
  });

  it('break ties by what they are told to', () => {
    const scoring = new Scoring();
    scoring.beginShopper();
    const bought = Uint8Array.from({ length: 20 }, (_, pair) => (pair === 19 ? 1 : 0));
    scoring.add(new Float64Array(20).fill(0.5), bought, Float64Array.from(bought), 20);
    expect(scoring.metrics()).toMatchObject({ recallAt10: 1, ndcgAt10: 1, auc: 0.5 });
  });
});

describe('the lines of a file', () => {
  it('become visits in any order, and goods that were brought back are no purchase', () => {
    const gathering = new Gathering('category');
    const row = { shopper_id: 'a', purchased_at: '2024-03-01', category: 'milk', quantity: '1' };
    gathering.add({ ...row, purchased_at: '2024-03-02T23:59:00+01:00' });
    gathering.add(row);
    gathering.add({ ...row, category: 'tea', quantity: -1 });
    const { shoppers, itemCount } = gathering.finish();
    expect(itemCount).toBe(1);
    expect(shoppers).toEqual([
      [
        { day: 19_783, items: [0] },
        { day: 19_784, items: [0] },
      ],
    ]);
  });

  it('say what is wrong with them', () => {
    const gathering = new Gathering('product');
    const row = { shopper_id: 'a', purchased_at: '2024-02-30', product_id: '7' };
    expect(() => {
      gathering.add(row);
    }).toThrow('purchased_at: expected a day from 1970 on');
    expect(() => {
      gathering.add({ ...row, purchased_at: '2024-02-28', product_id: '' });
    }).toThrow('product_id: is required');
  });
});
