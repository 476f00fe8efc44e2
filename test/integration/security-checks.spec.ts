import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'docs/security.md'), 'utf8');
const CHECKS = 31;

/** The rows of the table: number, what it asks, and where it is tested or why not. */
const rows = [...page.matchAll(/^\| (\d+) +\| (.+?) +\| (.+?) +\|$/gm)].map(([, check, asks, where]) => ({
  check: Number(check),
  asks: asks!,
  where: where!,
}));

/** The numbers that a test says it is about: `check 1`, `checks 9, 10 and 12`. */
function named(file: string): Set<number> {
  const text = readFileSync(path.join(root, file), 'utf8');
  const mentions = [...text.matchAll(/\bchecks? ((?:\d+(?:, | and )?)+)/gi)];
  return new Set(mentions.flatMap(([, numbers]) => numbers!.match(/\d+/g)!.map(Number)));
}

describe('docs/security.md', () => {
  it('has a line for each of the checks', () => {
    expect(rows.map(({ check }) => check)).toEqual(Array.from({ length: CHECKS }, (_, index) => index + 1));
  });

  it.each(rows.map((row) => [row.check, row] as const))(
    'check %i is tested where it says, or says why not',
    (_, row) => {
      const files = row.where.match(/[\w./-]+\.spec\.ts/g) ?? [];
      if (files.length === 0) expect(row.where).toMatch(/^_none_: .{20,}|^\*none\*: .{20,}/);
      for (const file of files) {
        expect([file, existsSync(path.join(root, file))]).toEqual([file, true]);
        expect([file, [...named(file)]]).toEqual([file, expect.arrayContaining([row.check])]);
      }
    },
  );
});
