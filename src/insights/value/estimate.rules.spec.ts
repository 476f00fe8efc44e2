import fc from 'fast-check';
import type { ValueState } from '../../shared/shopper-view.js';
import { DAY_MS } from '../../shared/time.js';
import { DEFAULT_MODEL, estimateValue } from './estimate.rules.js';

const TODAY = 20_000;
const NOW = TODAY * DAY_MS;
const regular: ValueState = {
  purchaseDays: 20,
  firstDay: TODAY - 150,
  lastDay: TODAY - 4,
  currency: 'EUR',
  spent: 60_000,
  margin: 18_000,
  spendDays: 20,
};
const spend = { p: 6, q: 4, v: 1_500, currency: 'EUR' };

describe('what a shopper is expected to be worth', () => {
  it('is purchases times spend times margin', () => {
    const { probabilityActive, months6, months12, months18 } = estimateValue(DEFAULT_MODEL, regular, NOW);
    expect(probabilityActive).toBeGreaterThan(0.8);
    // Without a model of spends the shopper's own mean: 30.00 a purchase, of which 30 % are margin.
    expect(months12.margin).toBe(Math.round(months12.purchases * 900));
    expect(months6.purchases).toBeLessThan(months12.purchases);
    expect(months12.purchases).toBeLessThan(months18.purchases);
  });

  it('draws the spend of a newcomer to that of the clientele, in its own currency only', () => {
    const newcomer = {
      ...regular,
      purchaseDays: 1,
      firstDay: TODAY,
      lastDay: TODAY,
      spent: 9_000,
      margin: 2_250,
      spendDays: 1,
    };
    const own = estimateValue(DEFAULT_MODEL, newcomer, NOW).months12.margin!;
    const drawn = estimateValue({ ...DEFAULT_MODEL, spend }, newcomer, NOW).months12.margin!;
    const foreign = estimateValue({ ...DEFAULT_MODEL, spend }, { ...newcomer, currency: 'SEK' }, NOW).months12
      .margin!;
    expect(drawn).toBeLessThan(own);
    expect(foreign).toBe(own);
  });

  it('knows no money of whom everything came back', () => {
    const returned = { ...regular, spent: 0, margin: 0, spendDays: 1 };
    expect(estimateValue(DEFAULT_MODEL, returned, NOW).months12.margin).toBeNull();
  });

  it('knows no money where no price is known', () => {
    const { months12 } = estimateValue(DEFAULT_MODEL, { ...regular, currency: null }, NOW);
    expect(months12.margin).toBeNull();
    expect(months12.purchases).toBeGreaterThan(0);
  });

  it('falls while a shopper stays away, and never leaves its bounds', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2_000 }), fc.nat({ max: 2_000 }), (days, more) => {
        const at = (later: number) =>
          estimateValue(DEFAULT_MODEL, regular, NOW + later * DAY_MS).probabilityActive;
        expect(at(days + more)).toBeLessThanOrEqual(at(days) + 1e-12);
        expect(at(days)).toBeGreaterThanOrEqual(0);
        expect(at(days)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
