import { readFileSync } from 'node:fs';
import { fieldRegistry } from './app.module.js';
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
