import fc from 'fast-check';
import { addDays, addMonths } from '../civil-days.rules.js';
import { cohortTable, observedUntil, type Cohort, type Earned } from './cohorts.rules.js';

const table = { ages: [6, 12, 18], observedUntil: '2026-01-01', discountRate: 0, usualCurrency: 'EUR' };
const january: Cohort = { month: '2025-01', channel: null, shoppers: 4, lastDay: '2025-01-31' };

function earned(age: number, margin: number, more: Partial<Earned> = {}): Earned {
  const given = { month: '2025-01', channel: null, currency: 'EUR', age, margin };
  return { ...given, turnedOver: 2 * margin, estimatedOn: 0, ...more };
}

describe('lifetime value by cohort', () => {
  it('is what was earned by an age, per acquired shopper, and blank beyond the data', () => {
    const [row] = cohortTable(
      [january],
      [earned(0, 400), earned(5, 200), earned(6, 80), earned(11, 20)],
      table,
    );
    expect(row).toEqual({
      month: '2025-01',
      channel: null,
      shoppers: 4,
      currency: 'EUR',
      estimatedShare: 0,
      cells: [
        // ages 0 to 5: (400 + 200) / 4
        { months: 6, margin: 150 },
        // The last was won on 31 January 2025: not watched for twelve months by the new year.
        { months: 12, margin: null },
        { months: 18, margin: null },
      ],
    });
  });

  it('is known from the day on which the last one has been watched so long', () => {
    const at = (day: string) =>
      cohortTable([january], [], { ...table, observedUntil: day })[0]?.cells[1]?.margin;
    expect([at('2026-01-30'), at('2026-01-31')]).toEqual([null, 0]);
  });

  it('discounts by the year, in months since the acquisition', () => {
    const [row] = cohortTable([january], [earned(0, 400), earned(12, 400)], {
      ...table,
      observedUntil: '2027-01-01',
      discountRate: 0.25,
    });
    // 400 / 4, and a year later 400 / 1.25 / 4
    expect(row?.cells.map(({ margin }) => margin)).toEqual([100, 100, 180]);
  });

  it('keeps currencies apart, and takes the usual one for a cohort that never bought', () => {
    const never: Cohort = { month: '2025-02', channel: null, shoppers: 3, lastDay: '2025-02-01' };
    const rows = cohortTable([never, january], [earned(0, 100), earned(1, 50, { currency: 'CHF' })], table);
    expect(rows.map(({ month, currency, cells }) => [month, currency, cells[0]?.margin])).toEqual([
      ['2025-01', 'CHF', 12.5],
      ['2025-01', 'EUR', 25],
      ['2025-02', 'EUR', 0],
    ]);
    expect(rows[2]?.estimatedShare).toBeNull();
  });

  it('shows a channel as a whole before its months', () => {
    const cohorts: Cohort[] = [
      { month: '2025-02', channel: 'web', shoppers: 1, lastDay: '2025-02-10' },
      { month: '2025-01', channel: 'web', shoppers: 3, lastDay: '2025-01-20' },
      { month: '2025-09', channel: 'app', shoppers: 2, lastDay: '2025-09-01' },
    ];
    const web = { channel: 'web', estimatedOn: 100 };
    const rows = cohortTable(
      cohorts,
      [earned(0, 300, web), earned(2, 100, { ...web, month: '2025-02' })],
      table,
    );
    expect(
      rows.map(({ channel, month, shoppers, cells }) => [channel, month, shoppers, cells[0]?.margin]),
    ).toEqual([
      ['app', null, 2, null],
      ['app', '2025-09', 2, null],
      ['web', null, 4, 100],
      ['web', '2025-01', 3, 100],
      ['web', '2025-02', 1, 100],
    ]);
    // 200 of 600 + 200
    expect(rows[2]?.estimatedShare).toBe(0.25);
  });

  const anyDay = fc.integer({ min: 0, max: 1_500 }).map((days) => addDays('2022-01-01', days));
  const anyEarned = fc.array(
    fc.record({ age: fc.integer({ min: 0, max: 17 }), margin: fc.integer({ min: 0, max: 100_000 }) }),
  );

  it('never falls with age, nor rises with the discount, while nothing is sold at a loss', () => {
    fc.assert(
      fc.property(anyEarned, fc.double({ min: 0, max: 1, noNaN: true }), (ages, discountRate) => {
        const rows = ages.map(({ age, margin }) => earned(age, margin));
        const all = { ...table, ages: [1, 3, 6, 12, 18], observedUntil: '2030-01-01' };
        const plain = cohortTable([january], rows, all)[0]!.cells.map(({ margin }) => margin!);
        const less = cohortTable([january], rows, { ...all, discountRate })[0]!.cells.map(
          ({ margin }) => margin!,
        );
        expect([...plain].sort((a, b) => a - b)).toEqual(plain);
        expect([...less].sort((a, b) => a - b)).toEqual(less);
        plain.forEach((value, place) => expect(less[place]).toBeLessThanOrEqual(value + 1e-9));
      }),
    );
  });

  it('is blank if and only if somebody was not watched so long', () => {
    const members = fc.array(anyDay, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(members, anyDay, (days, until) => {
        const cohort = { ...january, shoppers: days.length, lastDay: [...days].sort().at(-1)! };
        const [row] = cohortTable([cohort], [], { ...table, observedUntil: until });
        for (const { months, margin } of row!.cells) {
          expect(margin === null).toBe(days.some((day) => addMonths(day, months) > until));
        }
      }),
    );
  });
});

describe('the end of the record', () => {
  it('is today, unless nobody has bought for a quarter', () => {
    expect(observedUntil('2026-11-25', undefined)).toBe('2026-11-25');
    expect(observedUntil('2026-11-25', '2026-11-24')).toBe('2026-11-25');
    expect(observedUntil('2026-11-25', '2026-08-25')).toBe('2026-11-25');
    expect(observedUntil('2026-11-25', '2026-08-24')).toBe('2026-08-25');
    expect(observedUntil('2026-11-25', '1998-06-30')).toBe('1998-07-01');
  });
});
