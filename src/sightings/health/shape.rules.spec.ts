import fc from 'fast-check';
import { shapeOf, withoutQuotes } from './shape.rules.js';

const shape = (text: string): string => shapeOf(Buffer.from(text));

describe('the shape of a payload', () => {
  it.each([
    ['JSON-RAW', '{"gateway":{"mac":"AC233FC0AA01"},"n":-60}', '{"gateway":{"mac":"…"},"n":0}'],
    ['tags by address', '{"tags":{"C3:00:00:12:AB:34":{"rssi":-60}}}', '{"tags":{"…":{"rssi":0}}}'],
    ['an address of letters', '{"FEEDBEEFCAFE":true}', '{"…":true}'],
    ['a device by name', '[{"bleName":"Ada\\"s tag","x":null', '[{"bleName":"…","x":null'],
    ['text of Ingics', '$GPRP,C3000012AB34,AC233FC0AA01,-60,0201', '$GPRP,…,…,0,0'],
    ['cut off in a text', '[{"mac":"C3000012AB', '[{"mac":"…"'],
    ['nothing', '', 'empty'],
    ['MessagePack', '\x85\x01v\xa5', 'binary, beginning with 0xc285'],
  ])('of %s', (_, text, expected) => {
    expect(shape(text)).toBe(expected);
  });

  it('never has an address, wherever it stood', () => {
    const address = 'C3000012AB34';
    const around = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(around, around, (before, after) => {
        expect(shape(`${before}${address}${after}`)).not.toContain(address);
      }),
    );
  });

  it('is short, however long the payload is', () => {
    expect(shape('[1,'.repeat(100_000)).length).toBeLessThan(310);
  });
});

describe('a fault', () => {
  it('is told without what it quotes', () => {
    const told = `body: Unexpected token 'x', ..."mac":"C3000012AB34"... is not valid JSON`;
    expect(withoutQuotes(told)).toBe(`body: Unexpected token 'x', "…" is not valid JSON`);
    expect(withoutQuotes('body: Unexpected end of JSON input')).toBe('body: Unexpected end of JSON input');
  });
});
