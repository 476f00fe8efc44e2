import { readFileSync } from 'node:fs';
import { fieldRegistry } from './app.module.js';
import { piecesOf } from './insights/index.js';
import type { Field } from './rules/index.js';

const fields = fieldRegistry();

const isSaid = (field: Field): boolean => 'sql' in field;
const isNarrowed = (field: Field): boolean => 'sqlKnown' in field;

/** What `docs/rules.md` says of a field. */
function rowOf(shown: Field): string {
  const { field, type, unit, parameters = [], about } = shown;
  const of = parameters.map(({ name }) => `\`${name}\``).join(', ');
  const said = isSaid(shown) ? 'yes' : isNarrowed(shown) ? 'narrows' : 'no';
  const cells = [`\`${field}\``, type, unit ?? '', of, about === 'moment' ? 'of the moment' : said];
  return cells.join(' | ');
}

const rowsIn = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(2, -1)
        .split('|')
        .map((cell) => cell.trim())
        .join(' | '),
    );

describe('the fields of rules', () => {
  const docs = readFileSync('docs/rules.md', 'utf8');
  const [, tables = ''] = docs.split('\n## Fields\n');

  it('stand in docs/rules.md, all and no others', () => {
    const names = fields.names();
    const [table = '', items = ''] = tables.split('\n### ');
    expect(rowsIn(table)).toEqual(names.map((name) => rowOf(fields.get(name))));
    expect(items).toContain('Items');
  });

  it('stand there with those of their items', () => {
    const [, items = ''] = tables.split('\n### ');
    const lists = fields.names().filter((name) => fields.get(name).type === 'items');
    const expected = lists.flatMap((list) =>
      fields
        .itemsOf(list)
        .names()
        .map((name) => {
          const { type, unit = '' } = fields.itemsOf(list).get(name);
          return `\`${list}\` | \`${name}\` | ${type} | ${unit}`;
        }),
    );
    expect(rowsIn(items)).toEqual(expected);
  });

  it('are about everything that a rule is to know', () => {
    const rooms = new Set(fields.names().map((name) => name.split('.')[0]));
    expect([...rooms]).toEqual(
      expect.arrayContaining([
        ...['shopper', 'loyalty', 'value', 'replenishment', 'affinity', 'interactions', 'visit', 'visits'],
        ...['zone', 'time', 'store', 'stock', 'purchases', 'offers'],
      ]),
    );
  });

  it.each(fields.names())('%s can be counted in SQL, at least narrowed, or is of the moment', (name) => {
    const field = fields.get(name);
    expect(field.about === 'moment' || isSaid(field) || isNarrowed(field)).toBe(true);
  });
});

describe('the pieces of a view that rules read', () => {
  const NOW = Date.parse('2026-03-01T10:00:00Z');
  const nine = Math.log(9);
  const habit = {
    state: {
      purchases: 3,
      lastPurchasedAt: NOW - 9 * 86_400_000,
      visitsAtFirst: 1,
      sumLogGap: 2 * nine,
      sumLogGapSquared: 2 * nine ** 2,
    },
    prior: { logGapMean: 3, logGapBetween: 0.8, logGapWithin: 0.5, visitShare: 0.05, visitStrength: 6.5 },
  };
  /** The properties of a view, and the piece each comes in. */
  const pieceOf = {
    mainBrands: 'brands',
    foresight: 'foresight',
    segments: 'segments',
    traits: 'traits',
    value: 'value',
  };

  /** What the field reads, and whether what the model of purchases says makes a difference to it. */
  function readBy(field: Field): Set<string> {
    const of = Object.fromEntries((field.parameters ?? []).map(({ name }) => [name, 'tea']));
    const read = new Set<string>();
    const valueWith = (purchaseProbability: number): unknown => {
      const known: Record<string, unknown> = {
        consents: { profiling: true },
        attributes: {},
        activity: { visits: 9, firstVisitAt: 0, lastVisitAt: NOW - 86_400_000 },
        replenishment: new Map([['tea', habit]]),
        mainBrands: new Map(),
        foresight: { purchaseProbability: () => purchaseProbability, nextPurchase: () => undefined },
      };
      const shopper = new Proxy(known, {
        get: (target, name) => {
          read.add(String(name));
          return target[String(name)];
        },
      });
      const facts = { at: NOW, on: 'zoneEntered', storeId: 's1', local: {}, shopper, inStock: () => true };
      return field.read(facts as never, of);
    };
    const isForeseen = !Object.is(valueWith(0.1), valueWith(0.9));
    if (!isForeseen) read.delete('foresight');
    return read;
  }

  it('are known of every field', () => {
    for (const name of fields.names()) {
      const read = readBy(fields.get(name));
      const pieces = Object.entries(pieceOf).flatMap(([property, piece]) =>
        read.has(property) ? [piece] : [],
      );
      expect([name, [...piecesOf([name])]]).toEqual([name, pieces]);
    }
  });

  it('are all of them where a field is not known', () => {
    expect([...piecesOf(['visits.count', 'stars.sign'])].sort()).toEqual(Object.values(pieceOf).sort());
    expect([...piecesOf(['visits.count', 'value.monetary', 'affinity.loyalGroups'])]).toEqual([
      'value',
      'traits',
    ]);
  });
});
