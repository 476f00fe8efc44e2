import type { StoreId } from '../../shared/index.js';
import { pointsOf, type EarningLine, type EarningPurchase } from './earning.rules.js';
import { programme, type Programme } from './programme.schema.js';

const with_ = (earning: object[], over: object = {}): Programme =>
  programme.parse({
    currency: 'EUR',
    tiers: [0, 1, 2].map((threshold) => ({ name: `t${threshold}`, threshold })),
    period: { kind: 'calendarYear' },
    earning,
    ...over,
  });
const line = (over: Partial<EarningLine> = {}): EarningLine => ({
  quantity: 1,
  unitPrice: 1_000,
  discount: null,
  currency: 'EUR',
  category: 'milk',
  brand: 'Dairy',
  ownBrand: false,
  ...over,
});
const bought = (lines: EarningLine[], over: Partial<EarningPurchase> = {}): EarningPurchase => ({
  // A Monday.
  purchasedAt: Date.UTC(2026, 5, 15, 12),
  channel: 'store',
  storeId: 's1' as StoreId,
  lines,
  ...over,
});
const one = [{ pointsPerUnit: 1 }];

describe('the points of a purchase', () => {
  it('are of what was paid, after the discount, in whole points', () => {
    expect(pointsOf(bought([line({ quantity: 3, discount: 50 })]), with_(one), 1)).toBe(29);
    expect(pointsOf(bought([line({ unitPrice: 30 })]), with_([{ pointsPerUnit: 10 }]), 1)).toBe(3);
    expect(pointsOf(bought([line({ unitPrice: 99 })]), with_(one), 1)).toBe(0);
  });

  it('add up over the rules that match, times the tier’s multiplier', () => {
    const rules = [...one, { pointsPerUnit: 2, categories: ['milk'] }, { pointsPerUnit: 5, ownBrand: true }];
    expect(pointsOf(bought([line()]), with_(rules), 2)).toBe(60);
  });

  it.each([
    [{ categories: ['tea'] }],
    [{ brands: ['Other'] }],
    [{ ownBrand: true }],
    [{ channels: ['online'] }],
    [{ storeIds: ['s2'] }],
    [{ daysOfWeek: [2] }],
  ])('are none where %j does not match', (rule) => {
    expect(pointsOf(bought([line()]), with_([{ pointsPerUnit: 1, ...rule }]), 1)).toBe(0);
  });

  it('are none of a product that nobody knows where a rule asks what it is', () => {
    const unknown = line({ category: null, brand: null, ownBrand: null });
    expect(pointsOf(bought([unknown]), with_([{ pointsPerUnit: 1, categories: ['milk'] }]), 1)).toBe(0);
    expect(pointsOf(bought([unknown]), with_(one), 1)).toBe(10);
  });

  it('are taken back with what is brought back, and a bonus only comes with a purchase', () => {
    const bonus = with_(one, { purchaseBonus: 5 });
    expect(pointsOf(bought([line({ quantity: -2 })]), bonus, 1)).toBe(-20);
    expect(pointsOf(bought([line({ quantity: 1 })]), bonus, 1)).toBe(15);
  });

  it('know each currency’s unit, and only the programme’s', () => {
    const yen = with_(one, { currency: 'JPY' });
    expect(pointsOf(bought([line({ unitPrice: 120, currency: 'JPY' })]), yen, 1)).toBe(120);
    expect(pointsOf(bought([line({ currency: 'CHF' })]), with_(one), 1)).toBe(0);
    expect(pointsOf(bought([line({ unitPrice: null })]), with_(one), 1)).toBe(0);
  });

  it('are none before the programme starts', () => {
    expect(pointsOf(bought([line()]), with_(one, { startsAt: '2026-07-01T00:00:00Z' }), 1)).toBe(0);
  });
});
