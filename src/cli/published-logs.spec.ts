import { existsSync } from 'node:fs';
import path from 'node:path';
import { evaluateLifetimeValueOf } from './commands/evaluate-lifetime-value.js';

const folder = path.join(process.env['AISLECUE_SHARED'] ?? path.resolve('../shared'), 'data/clv');
const published = existsSync(folder) ? describe : describe.skip;

/** Published parameters and log-likelihoods; see docs/lifetime-value.md. */
published('the purchase models on published logs', () => {
  const of = (file: string, end: string) =>
    evaluateLifetimeValueOf(['--events', path.join(folder, file), '--calibration-end', end]);

  it('come to the published figures for CDNOW', async () => {
    const found = await of('cdnow_events.csv', '1997-09-30');
    expect([found.shoppers, found.repeaters, found.repeats]).toEqual([2357, 946, 2457]);
    const near = (
      fit: { parameters: object; logLikelihood: number },
      values: number[],
      logLikelihood: number,
    ) => {
      Object.values(fit.parameters).forEach((value: number, i) => {
        expect(Math.abs(value / values[i]! - 1)).toBeLessThan(0.002);
      });
      expect(Math.abs(fit.logLikelihood - logLikelihood)).toBeLessThan(0.01);
    };
    near(found.nbd, [0.385, 12.072], -9763.66);
    near(found.bgNbd, [0.2426, 4.4135, 0.7929, 2.4258], -9582.43);
    near(found.mbgNbd, [0.525, 6.183, 0.891, 1.614], -9582.13);
    near(found.paretoNbd, [0.553, 10.578, 0.606, 11.669], -9594.97);
    near(found.gammaGamma!, [6.25, 3.74, 15.44], -4055.92);
    expect(found.mbgCnbdK.parameters['k']).toBe(1);
    const { errors, actualTotal } = found.holdout;
    expect(actualTotal).toBe(1882);
    expect(errors['bgNbd']!.predictedTotal).toBeCloseTo(1653.4, 0);
    expect(errors['bgNbd']!.correlation).toBeCloseTo(0.6256, 3);
    expect(errors['paretoNbd']!.predictedTotal).toBeCloseTo(1665.5, 0);
    expect(errors['paretoNbd']!.mae).toBeCloseTo(0.755, 2);
    expect(errors['naive']!.mae).toBeCloseTo(1.024, 3);
    expect(errors['naive']!.byRepeats.map(({ actual }) => Math.round(actual * 1e3) / 1e3)).toEqual([
      0.237, 0.697, 1.393, 1.56, 2.532, 2.947, 3.862, 6.359,
    ]);
  }, 240_000);

  it('come to the reference figures for groceryElog', async () => {
    const found = await of('grocery_events.csv', '2006-12-31');
    const logLikelihoods: [{ logLikelihood: number }, number][] = [
      [found.nbd, -16376.864],
      [found.paretoNbd, -15782.392],
      [found.bgNbd, -15836.566],
      [found.mbgNbd, -15781.939],
      [found.bgCnbdK, -15054.173],
      [found.mbgCnbdK, -14978.211],
      [found.mbgCnbdK.grid[2]!, -14996.85],
    ];
    for (const [fit, expected] of logLikelihoods) {
      expect(Math.abs(fit.logLikelihood - expected)).toBeLessThan(0.01);
    }
    expect(found.mbgCnbdK.parameters['k']).toBe(2);
    expect(found.holdout.actualTotal).toBe(3389);
    expect(found.holdout.errors['mbgCnbdK']!.predictedTotal).toBeCloseTo(3744, 0);
    expect(found.gammaGamma).toBeNull();
  }, 240_000);
});
