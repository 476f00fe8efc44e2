import { parse } from 'csv-parse/sync';
import { headOf, rejectionFormat, writtenAs } from './rejections.rules.js';

const rejected = { line: 7, code: 'invalid-format', detail: 'a "b"', row: 'x,"y\nz"' };

describe('the file of rejected rows', () => {
  it('is CSV that reads back, or NDJSON', () => {
    const text = headOf('csv') + writtenAs('csv', rejected);
    expect(parse(text, { columns: true })).toEqual([{ ...rejected, line: '7' }]);
    expect(JSON.parse(headOf('ndjson') + writtenAs('ndjson', rejected))).toEqual(rejected);
  });

  it('runs no formula in a spreadsheet', () => {
    expect(writtenAs('csv', { ...rejected, row: '=cmd()' })).toContain(`"'=cmd()"`);
  });

  it.each([
    [undefined, 'csv'],
    ['text/csv', 'csv'],
    ['*/*', 'csv'],
    ['application/x-ndjson', 'ndjson'],
    ['application/json', 'ndjson'],
  ])('is, for Accept %s, %s', (accept, format) => {
    expect(rejectionFormat(accept)).toBe(format);
  });
});
