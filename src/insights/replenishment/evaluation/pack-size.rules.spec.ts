import { seeded } from '../../../shared/random.js';
import { evaluatePackSize, type WeekBought } from './pack-size.rules.js';

/** Households that buy one pack or two; with a stretch of 1 two last twice as long, with 0 no longer than one. */
function panel(stretch: number): WeekBought[][] {
  const roll = seeded('panel');
  return Array.from({ length: 200 }, () => {
    const bought: WeekBought[] = [];
    for (let week = 1 + Math.floor(4 * roll()); week <= 104;) {
      const units = roll() < 0.5 ? 1 : 2;
      bought.push({ week, units, amount: units * 250 });
      week += Math.max(1, Math.round(4 * units ** stretch * (0.8 + 0.4 * roll())));
    }
    return bought;
  });
}

describe('what it is worth to know how much was bought', () => {
  it('is much where stock lasts in proportion', () => {
    const { logLoss, differences, elasticity } = evaluatePackSize(panel(1), 78, 104, seeded(1));
    expect(logLoss.amount).toBeLessThan(0.95 * logLoss.when);
    expect(differences.amount.to).toBeLessThan(0);
    expect(elasticity.amount).toBeGreaterThan(0.6);
  });

  it('is nothing where it does not', () => {
    const { differences, elasticity } = evaluatePackSize(panel(0), 78, 104, seeded(1));
    expect(Math.abs(differences.amount.difference)).toBeLessThan(0.005);
    expect(Math.abs(elasticity.amount)).toBeLessThan(0.1);
  });
});
