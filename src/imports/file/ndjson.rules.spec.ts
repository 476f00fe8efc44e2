import fc from 'fast-check';
import { NdjsonSplitter } from './ndjson.rules.js';

function split(text: string, cuts: readonly number[] = []) {
  const splitter = new NdjsonSplitter();
  const places = [0, ...[...cuts].sort((a, b) => a - b), text.length];
  const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
}

describe('the rows of NDJSON', () => {
  it('are the objects that were written, wherever the text is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), { maxLength: 8 }),
        fc.array(fc.nat(300), { maxLength: 5 }),
        (objects, cuts) => {
          const text = objects.map((each) => JSON.stringify(each)).join('\r\n');
          const rows = split(
            text,
            cuts.map((cut) => Math.min(cut, text.length)),
          ).filter((row) => 'value' in row);
          const clean = objects.filter((each) => !/"(__proto__|constructor)"/.test(JSON.stringify(each)));
          expect(rows.map((row) => JSON.stringify('value' in row && row.value))).toEqual(
            expect.arrayContaining(clean.map((each) => JSON.stringify(each))),
          );
        },
      ),
    );
  });

  it('are objects, one a line, and keep their lines behind empty and faulty ones', () => {
    const rows = split('{"a":1}\n\n[1]\nnot json\n{"__proto__":1}\n{"a":2}');
    expect(rows.map((row) => [row.line, 'code' in row ? row.code : row.value])).toEqual([
      [1, { a: 1 }],
      [3, 'malformed'],
      [4, 'malformed'],
      [5, 'malformed'],
      [6, { a: 2 }],
    ]);
  });

  it('may not be longer than 1 MiB; a longer one costs itself only', () => {
    const long = `"${'x'.repeat(700_000)}`;
    const rows = split(`{"a":1}\n${long}${long}${long}\n{"a":2}`, [20, 1_300_000, 1_400_000]);
    expect(rows.map((row) => [row.line, 'code' in row ? row.code : 'good'])).toEqual([
      [1, 'good'],
      [2, 'too-large'],
      [3, 'good'],
    ]);
  });
});
