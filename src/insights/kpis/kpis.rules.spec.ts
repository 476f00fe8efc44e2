import fc from 'fast-check';
import { averageLifetime, datedBy, kpisOf, retentionOf, type KpiTallies } from './kpis.rules.js';

const nothing: KpiTallies = { activity: [], acquired: [], lifetimes: [], gaps: [], visits: [], money: [] };
const won = { dated_by: 'recorded', currency: null, with_cost: 0, cost: 0 } as const;

describe('retention', () => {
  it('and defection are one, whatever the counts', () => {
    const counts = fc
      .tuple(fc.nat(1_000_000), fc.nat(1_000_000))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(counts, ([stayed, active]) => {
        const { retention, defection } = retentionOf(stayed, active);
        if (retention === null || defection === null) {
          expect([active, retention, defection]).toEqual([0, null, null]);
          return;
        }
        expect(retention + defection).toBeCloseTo(1, 12);
        expect(Math.min(retention, defection)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is of those who were active the period before, and pooled over periods', () => {
    const activity = [
      { bucket: 1, active: 10, purchases: 12, retained: 0 },
      { bucket: 2, active: 8, purchases: 9, retained: 6 },
      { bucket: 3, active: 5, purchases: 5, retained: 4 },
      { bucket: null, active: 9, purchases: 14, retained: 0 },
    ];
    const { periods, total } = kpisOf({ ...nothing, activity }, [true, true]);
    expect(periods.map(({ retention }) => retention)).toEqual([0.6, 0.5]);
    expect(periods[0]?.defection).toBe(0.4);
    // (6 + 4) of (10 + 8)
    expect(total.retention).toBeCloseTo(10 / 18, 12);
    // A shopper who was active in both periods counts once.
    expect(total).toMatchObject({ activeShoppers: 9, purchases: 14 });
  });

  it('is not known while the period is running', () => {
    const activity = [
      { bucket: 1, active: 10, purchases: 12, retained: 0 },
      { bucket: 2, active: 8, purchases: 9, retained: 6 },
      { bucket: 3, active: 1, purchases: 1, retained: 1 },
    ];
    const { periods, total } = kpisOf({ ...nothing, activity }, [true, false]);
    expect(periods[1]).toMatchObject({ retention: null, defection: null, activeShoppers: 1 });
    expect(total.retention).toBe(0.6);
  });
});

describe('average lifetime', () => {
  it('is the sum of active customer-periods by the size of the cohort (Kumar & Reinartz)', () => {
    expect(averageLifetime(21_648, 7_500)?.toFixed(2)).toBe('2.89');
    expect(averageLifetime(0, 0)).toBeNull();
  });

  it('is watched from the period of the acquisition to the end of the report', () => {
    const acquired = [
      { ...won, bucket: 0, shoppers: 100 },
      { ...won, bucket: 2, shoppers: 4 },
      { ...won, bucket: 3, shoppers: 2 },
      // Later than the report.
      { ...won, bucket: 4, shoppers: 50 },
    ];
    const lifetimes = [
      { bucket: 2, active_periods: 6 },
      { bucket: 3, active_periods: 2 },
    ];
    const { periods, total } = kpisOf({ ...nothing, acquired, lifetimes }, [true, true]);
    expect(periods).toMatchObject([
      { averageLifetimePeriods: 1.5, lifetimeObservedPeriods: 2, acquiredShoppers: 4, acquisitionRate: 0.04 },
      {
        averageLifetimePeriods: 1,
        lifetimeObservedPeriods: 1,
        acquiredShoppers: 2,
        acquisitionRate: 2 / 104,
      },
    ]);
    expect(total).toMatchObject({
      averageLifetimePeriods: 8 / 6,
      acquiredShoppers: 6,
      acquisitionRate: 0.06,
    });
  });
});

describe('money', () => {
  it('is never added up across currencies', () => {
    const money = [
      { bucket: 2, currency: 'EUR', revenue: 1_000, turned_over: 1_000, margin: 400.5, estimated_on: 250 },
      { bucket: 3, currency: 'EUR', revenue: 500, turned_over: 700, margin: 100, estimated_on: 0 },
      { bucket: 3, currency: 'CHF', revenue: 300, turned_over: 300, margin: 90, estimated_on: 300 },
    ];
    const { periods, total } = kpisOf({ ...nothing, money }, [true, true]);
    expect(periods[0]).toMatchObject({
      revenue: [{ amount: 1_000, currency: 'EUR' }],
      margin: [{ amount: 401, currency: 'EUR', estimatedShare: 0.25 }],
    });
    expect(total.revenue).toEqual([
      { amount: 300, currency: 'CHF' },
      { amount: 1_500, currency: 'EUR' },
    ]);
    expect(total.margin).toEqual([
      { amount: 90, currency: 'CHF', estimatedShare: 1 },
      { amount: 501, currency: 'EUR', estimatedShare: 250 / 1_700 },
    ]);
  });

  it('tells the cost of an acquisition over those whose cost is known', () => {
    const acquired = [
      { ...won, bucket: 2, shoppers: 3 },
      { ...won, bucket: 2, currency: 'EUR', shoppers: 2, with_cost: 2, cost: 701 },
      {
        ...won,
        bucket: 2,
        currency: 'USD',
        dated_by: 'created' as const,
        shoppers: 1,
        with_cost: 1,
        cost: 90,
      },
    ];
    const [first] = kpisOf({ ...nothing, acquired }, [true]).periods;
    expect(first).toMatchObject({
      acquiredShoppers: 6,
      acquisitionRate: null,
      acquisitionCostKnown: 3,
      // 350.5, rounded half up
      acquisitionCost: [
        { amount: 351, currency: 'EUR' },
        { amount: 90, currency: 'USD' },
      ],
    });
    expect(datedBy(acquired)).toEqual({ recorded: 5, firstPurchase: 0, created: 1 });
  });
});

describe('visits', () => {
  it('are set against those who made them', () => {
    const visits = [
      { bucket: 2, visits: 6, visitors: 4, with_purchase: 3 },
      { bucket: null, visits: 6, visitors: 4, with_purchase: 3 },
    ];
    const gaps = [{ bucket: 2, days: 7.5 }];
    const { periods, total } = kpisOf({ ...nothing, visits, gaps }, [true, true]);
    expect(periods[0]).toMatchObject({
      visits: 6,
      visitsPerShopper: 1.5,
      visitsWithPurchaseShare: 0.5,
      interPurchaseDays: 7.5,
    });
    expect(periods[1]).toMatchObject({
      visits: 0,
      visitsPerShopper: null,
      visitsWithPurchaseShare: null,
      interPurchaseDays: null,
    });
    expect(total).toMatchObject({ visitsPerShopper: 1.5, interPurchaseDays: null });
  });
});
