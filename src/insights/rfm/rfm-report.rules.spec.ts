import { rfmReport, rfmTable, type CellCount } from './rfm-report.rules.js';

const of = { at: '2026-11-22T00:00:00.000Z', storeId: null, currency: 'EUR' };
const counts: CellCount[] = [
  { recency: 5, frequency: 5, monetary: 5, shoppers: 3, valued: 2, spent: 1_000, expectedMargin: 301 },
  { recency: 1, frequency: 1, monetary: 1, shoppers: 1, valued: 0, spent: 0, expectedMargin: 0 },
];

describe('the RFM report', () => {
  it('has every cell and every segment, best first', () => {
    const report = rfmReport(counts, of);
    expect(report.cells).toHaveLength(125);
    expect(report.segments).toHaveLength(11);
    expect(report.shoppers).toBe(4);
    expect(report.cells[0]).toEqual({
      recency: 5,
      frequency: 5,
      monetary: 5,
      segment: 'champions',
      shoppers: 3,
      share: 0.75,
      meanSpent: 500,
      meanLifetimeValue: 151,
    });
    expect(report.segments.at(-1)).toEqual({
      segment: 'lost',
      shoppers: 1,
      share: 0.25,
      meanSpent: null,
      meanLifetimeValue: null,
    });
    expect(report.segments.reduce((sum, { shoppers }) => sum + shoppers, 0)).toBe(4);
  });

  it('is a table of one line a cell', () => {
    const { columns, rows } = rfmTable(rfmReport([], of));
    expect([...rows]).toHaveLength(125);
    expect([...rows][0]).toEqual([5, 5, 5, 'champions', 0, 0, null, null, 'EUR']);
    expect(columns).toHaveLength(9);
  });
});
