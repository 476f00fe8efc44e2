// `npm run bench -- <name> [options]`: builds if need be, runs `bench/<name>/bench.mjs`, whose last line is JSON.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
const root = path.resolve(here, '..');
const names = readdirSync(here).filter((name) => existsSync(path.join(here, name, 'bench.mjs')));

function npm(...args) {
  // Standard output belongs to the figures.
  const { status } = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

function newestIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (newest, { parentPath, name }) => Math.max(newest, statSync(path.join(parentPath, name)).mtimeMs),
      0,
    );
}

function isStale() {
  const built = path.join(root, 'dist/main.js');
  return !existsSync(built) || newestIn(path.join(root, 'src')) > newestIn(path.join(root, 'dist'));
}

const [name, ...options] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`Usage: npm run bench -- <name> [options]\nNames: ${names.join(', ')}`);
  process.exit(2);
}
if (isStale()) npm('run', '--silent', 'build');
const { dependencies = {} } = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'));
if (Object.keys(dependencies).length > 0 && !existsSync(path.join(here, 'node_modules'))) {
  npm('ci', '--prefix', 'bench');
}
const { bench } = await import(path.join(here, name, 'bench.mjs'));
await bench(options);
