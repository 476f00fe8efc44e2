import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { asAccepted, csvOf, prefersCsv } from './csv.js';

/** Check 23 of docs/security.md. */
describe('csvOf', () => {
  it('writes a header, CRLF, and quotes where they are needed', () => {
    const rows = [
      ['plain', 1, true],
      ['a "quoted", text', -2.5, null],
      ['two\nlines', undefined, false],
    ];
    expect(csvOf({ columns: ['name', 'n', 'b'], rows })).toBe(
      'name,n,b\r\nplain,1,true\r\n"a ""quoted"", text",-2.5,\r\n"two\nlines",,false\r\n',
    );
  });

  it('is a header alone without rows', () => {
    expect(csvOf({ columns: ['a', 'b'], rows: [] })).toBe('a,b\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '  =1', '＝1'])(
    'keeps a spreadsheet from running %j',
    (text) => {
      const [[cell]] = parse(csvOf({ columns: ['a'], rows: [[text]] }), { from_line: 2 }) as [[string]];
      expect(cell).toBe(`'${text}`);
    },
  );

  it('refuses a row of another length', () => {
    expect(() => csvOf({ columns: ['a'], rows: [[1, 2]] })).toThrow('row 1: 2 cells in 1 columns');
  });

  it('reads back as what was written', () => {
    const text = fc
      .string({ unit: 'binary' })
      .filter((each) => !/^[\s\0]*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(each));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (rows) => {
        const written = csvOf({ columns: ['a', 'b'], rows });
        expect(parse(written, { from: 2, record_delimiter: '\r\n' })).toEqual(rows);
      }),
    );
  });
});

describe('what is preferred', () => {
  it.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['text/csv', true],
    ['TEXT/CSV; header=present', true],
    ['text/*', true],
    ['text/csv, application/json', false],
    ['text/csv, application/json;q=0.9', true],
    ['text/csv;q=0, */*', false],
    ['text/csv;q=nonsense', false],
    ['text/html, */*;q=0.1', false],
    ['image/png', false],
  ])('%s', (accept, csv) => {
    expect(prefersCsv(accept)).toBe(csv);
  });

  it('is answered with its type and a name to save it by', () => {
    const table = () => ({ columns: ['n'], rows: [[1]] });
    const csv = asAccepted({ accept: 'text/csv' }, 'rfm 2026/01', { n: 1 }, table);
    expect(csv.body).toBe('n\r\n1\r\n');
    expect(csv.options.headers).toMatchObject({
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': 'attachment; filename="rfm-2026-01.csv"',
      Vary: 'Accept',
    });
    const json = asAccepted({}, 'rfm', { n: 1 }, table);
    expect(json.body).toEqual({ n: 1 });
    expect(json.options.headers).toEqual({ Vary: 'Accept' });
  });
});
