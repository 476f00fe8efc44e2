import { evaluateLifetimeValue } from './evaluation.rules.js';
import type { PurchaseDay } from './purchase-days.rules.js';

const buys = (...days: number[]): PurchaseDay[] => days.map((day) => ({ day, spend: 10 + (day % 3) }));
/** Weekly, fortnightly and lapsed shoppers of a year and a half. */
const shoppers = new Map(
  Array.from({ length: 60 }, (_, i): [string, PurchaseDay[]] => {
    const every = 7 * (1 + (i % 4));
    const until = i % 3 === 0 ? 120 + i : 540;
    return [
      `s${i}`,
      buys(...Array.from({ length: 80 }, (__, n) => i + n * every).filter((day) => day < until)),
    ];
  }),
);
const trial = { shoppers, hasSpend: true, calibrationEnd: 360, until: 540 };

describe('judging purchase models', () => {
  it('fits each, and finds regular purchases regular', () => {
    const { mbgCnbdK, mbgNbd, nbd, gammaGamma, holdout, warnings } = evaluateLifetimeValue(trial);
    expect(mbgCnbdK.parameters['k']).toBeGreaterThan(1);
    expect(mbgCnbdK.logLikelihood).toBeGreaterThan(mbgNbd.logLikelihood);
    expect(mbgNbd.logLikelihood).toBeGreaterThan(nbd.logLikelihood);
    expect(gammaGamma?.spenders).toBe(60);
    expect(holdout.errors['mbgCnbdK']!.mae).toBeLessThan(holdout.errors['nbd']!.mae);
    expect(holdout.weeks).toBeCloseTo(180 / 7, 9);
    expect(warnings).toEqual([]);
  });

  it('says what one purchase each cannot tell', () => {
    const once = new Map(Array.from({ length: 20 }, (_, i) => [`s${i}`, buys(i)] as const));
    const { warnings, mbgNbd, gammaGamma } = evaluateLifetimeValue({ ...trial, shoppers: once });
    expect(Number.isFinite(mbgNbd.logLikelihood)).toBe(true);
    expect(gammaGamma).toBeNull();
    expect(warnings).toHaveLength(2);
  });

  it('refuses a cut that leaves nothing before or after', () => {
    expect(() => evaluateLifetimeValue({ ...trial, calibrationEnd: 540 })).toThrow(
      'after the calibration end',
    );
    expect(() => evaluateLifetimeValue({ ...trial, calibrationEnd: -1 })).toThrow('nobody bought');
  });
});
