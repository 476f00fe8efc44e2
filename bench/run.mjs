// `npm run bench -- <name> [options]`: builds if need be, runs `bench/<name>/bench.mjs`, whose last line is JSON. With the
// heap that `npm start` has, since some of them run our code in this process.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
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
const { bench, needsPeers = false } = await import(path.join(here, name, 'bench.mjs'));
// Without a lock file: the versions are exact, and npm leaves out of one the builds for other platforms.
if (needsPeers && !existsSync(path.join(here, 'node_modules'))) {
  npm('install', '--prefix', 'bench', '--no-package-lock', '--no-audit', '--no-fund');
}
await bench(options);
