import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CsvSplitter, delimiterOf, type Delimiter } from './csv.rules.js';
import type { FileRow } from './row.js';

function split(text: string, cuts: readonly number[] = [], delimiter: Delimiter = ','): FileRow<string[]>[] {
  const splitter = new CsvSplitter(delimiter);
  const places = [0, ...[...cuts].sort((a, b) => a - b), text.length];
  const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
}
const valuesOf = (rows: FileRow<string[]>[]) => rows.map((row) => ('value' in row ? row.value : row.detail));

const value = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', '\r\n', ' ', '😀') }),
  fc.string(),
);
const written = (record: readonly string[], delimiter: string, always: boolean, lineBreak: string) =>
  record
    .map((each) =>
      always || each === '' || /["\r\n,;]/.test(each) ? `"${each.replaceAll('"', '""')}"` : each,
    )
    .join(delimiter) + lineBreak;

describe('the records of a CSV text', () => {
  it('are those that csv-parse finds, wherever the text is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
        fc.constantFrom<Delimiter>(',', ';'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.array(fc.nat(300), { maxLength: 5 }),
        (records, delimiter, lineBreak, always, cuts) => {
          const text = records.map((each) => written(each, delimiter, always, lineBreak)).join('');
          const options = { delimiter, relax_column_count: true, record_delimiter: lineBreak };
          const theirs = parse(text, options);
          const ours = split(
            text,
            cuts.map((cut) => Math.min(cut, text.length)),
            delimiter,
          );
          expect(valuesOf(ours)).toEqual(theirs);
          expect(valuesOf(ours)).toEqual(records);
        },
      ),
    );
  });

  it('are known by the line they begin on, also behind one that goes over several', () => {
    const rows = split('a,b\n\n"x\ny",1\r\nlast,2');
    expect(rows.map(({ line }) => line)).toEqual([1, 3, 5]);
    expect(valuesOf(rows)).toEqual([
      ['a', 'b'],
      ['x\ny', '1'],
      ['last', '2'],
    ]);
  });

  it.each([
    ['a,"b\nc,d\ne,f\n', ['a quote is never closed', ['c', 'd'], ['e', 'f']]],
    ['a,"b"c\nd,e\n', ['a value goes on after its closing quote', ['d', 'e']]],
    ['a,b"c"\nd,e', ['a quote inside a value that is not quoted', ['d', 'e']]],
  ])('go on at the next line after one that is none: %j', (text, expected) => {
    expect(valuesOf(split(text))).toEqual(expected);
  });

  it('may not be longer than 1 MiB; a longer one costs itself only', () => {
    const long = 'x'.repeat(700_000);
    const plain = split(`a,b\n${long}${long}${long}\nc,d\n`, [5, 700_000, 1_400_000]);
    expect(plain.map((row) => [row.line, 'code' in row ? row.code : 'good'])).toEqual([
      [1, 'good'],
      [2, 'too-large'],
      [3, 'good'],
    ]);
    const open = split(`a,b\n"${long}\n${long}\nc,d\n`, [700_000, 1_400_000]);
    expect(open.map((row) => ('code' in row ? row.code : row.line))).toEqual([1, 'malformed', 3, 4]);
  });

  it.each([
    ['shopper_id,purchased_at', ','],
    ['shopper_id;purchased_at;x', ';'],
    ['shopper_id\tx', '\t'],
    ['"a;b;c;d",x,y', ','],
    ['one', ','],
  ])('are divided as the header is: %j', (header, delimiter) => {
    expect(delimiterOf(header)).toBe(delimiter);
  });
});
