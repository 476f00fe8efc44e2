// `npm run bench -- simulation`: visits a second that are replayed through a draft, from the first read to the result.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { readAlone } from './floor.mjs';
import { inProcess, load, machineOf } from '../in-process.mjs';
import { drafts } from './offers.mjs';
import { seed } from './seed.mjs';

const DAY_MS = 86_400_000;

export async function bench(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      shoppers: { type: 'string', default: '10000' },
      visits: { type: 'string', default: '4' },
      purchases: { type: 'string', default: '20' },
      days: { type: 'string', default: '14' },
      live: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const size = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
  const candidates = await inProcess((app, database) => measured(app, database, size));
  console.error(candidates.map((each) => JSON.stringify(each)).join('\n'));
  console.log(JSON.stringify({ machine: machineOf(), size, candidates, ratios: {} }));
}

async function measured(app, database, size) {
  const { Stores } = await load('stores/index.js');
  const { ShopperViews } = await load('insights/index.js');
  await seed(database, size);
  const { Published } = await load('platform/index.js');
  const published = app.get(Published);
  for (const name of ['stores', 'offers', 'catalogue']) await published.raise(database, name);
  await published.refresh();
  if ([...app.get(Stores).all()].length === 0) throw new Error('the stores are not there');
  const ids = (await database.query('SELECT shopper_id FROM shoppers')).map((row) => row.shopper_id);
  const views = app.get(ShopperViews);
  for (let at = 0; at < ids.length; at += 500) await views.load(ids.slice(at, at + 500));
  await database.run('ANALYZE');
  return rounds(app, size);
}

async function rounds(app, { days, rounds: count }) {
  const { Simulator } = await load('decisions/index.js');
  const simulator = app.get(Simulator);
  const to = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const asked = { revision: 1, from: to - days * DAY_MS, to, storeIds: undefined };
  const best = [];
  for (const { name, offerId, among } of drafts) {
    const floors = [];
    const runs = [];
    for (let round = 0; round < count; round += 1) {
      runs.push(await run(simulator, { ...asked, offerId, among }));
      floors.push(await timed(() => readAlone(app, load, { ...asked, offerId, among })));
    }
    const [first] = runs;
    if (runs.some(({ result }) => JSON.stringify(result) !== JSON.stringify(first.result))) {
      throw new Error(`${name}: two runs differ`);
    }
    const seconds = Math.min(...runs.map((each) => each.seconds));
    const cpuSeconds = Math.min(...runs.map((each) => each.cpuSeconds));
    const { visits, opportunities, issued, silences } = first.result;
    best.push({
      name,
      visitsPerSecond: Math.round(visits / seconds),
      seconds: Number(seconds.toFixed(2)),
      // Of this process alone: on a machine with other work, what a quiet one would do.
      visitsPerCpuSecond: Math.round(visits / cpuSeconds),
      // Reading the same rows and replaying nothing.
      readingPerSecond: Math.round(visits / Math.min(...floors.map((each) => each.seconds))),
      readingPerCpuSecond: Math.round(visits / Math.min(...floors.map((each) => each.cpuSeconds))),
      longestTurnMs: Math.max(...runs.map((each) => each.longestTurnMs)),
      visits,
      opportunities,
      issued,
      silences,
    });
  }
  return best;
}

async function run(simulator, asked) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const run = await timed(() => simulator.run(asked, async () => {}));
  delay.disable();
  return { ...run, longestTurnMs: Math.round(delay.max / 1e6) };
}

async function timed(work) {
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const result = await work();
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds, cpuSeconds: (user + system) / 1e6, result };
}
