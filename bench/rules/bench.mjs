// `npm run bench -- rules`: which of N offers are for a shopper? Against rule engines that people use in Node.
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';
import { ENGINES, namesOf } from './engines.mjs';
import { momentsOf, rulesOf } from './offers.mjs';

const dist = path.resolve(import.meta.dirname, '../../dist');
v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc');
const SEED = 20_260_302;
const MOMENTS = 256;
const ROUNDS = 5;
/** What an engine may take of one shopper at the next size, by its figure at the last, before it is left out. */
const MOST_SECONDS_EACH = 20;
/** How many times the answers of every engine are compared at each size: so many rules in all, one shopper at least. */
const RULES_COMPARED = 20_000;
const HEADLINE = { shop: 'one store', offers: 500 };

/** The engines that it is compared with; `bench/run.mjs` installs them. */
export const needsPeers = true;

export async function bench(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      sizes: { type: 'string', default: '50,500,5000,50000' },
      seconds: { type: 'string', default: '1' },
      only: { type: 'string' },
    },
  });
  const only = values.only?.split(',') ?? Object.keys(ENGINES);
  const sizes = values.sizes.split(',').map(Number);
  const { fieldRegistry } = await import(path.join(dist, 'app.module.js'));
  const registry = fieldRegistry();
  const figures = [];
  for (const shop of ['one store', 'mixed']) {
    for (const offers of sizes) {
      const scene = sceneOf({ shop, offers, registry });
      const able = only.filter((name) => isInTime(name, figures, { shop, offers }));
      const { engines, costs } = await enginesFor(scene, able);
      await refuseDisagreement(engines, scene);
      for (const [name, engine] of engines) {
        const figure = {
          name,
          shop,
          offers,
          ...(await measure(engine, scene, Number(values.seconds) * 1_000)),
          ...costs.get(name),
        };
        console.error(JSON.stringify(figure));
        figures.push(figure);
        engine.end?.();
      }
    }
  }
  console.log(JSON.stringify({ machine: machineOf(), agree: true, ...summaryOf(only, figures) }));
}

function sceneOf({ shop, offers, registry }) {
  const rules = rulesOf(offers, { mixed: shop === 'mixed', seed: SEED + offers });
  const names = namesOf(rules);
  const moments = momentsOf(MOMENTS, { seed: SEED });
  const flats = moments.map((moment) =>
    Object.fromEntries(
      [...names.values()].map(({ name, condition: { field, of = {} } }) => [
        name,
        registry.get(field).read(moment, of),
      ]),
    ),
  );
  return { rules, names, moments, flats, registry };
}

/** By what it took at the last size, ten times as many rules would take ten times as long. */
function isInTime(name, figures, { shop, offers }) {
  const last = figures.findLast((figure) => figure.name === name && figure.shop === shop);
  return last === undefined || (last.microsecondsEach * (offers / last.offers)) / 1e6 <= MOST_SECONDS_EACH;
}

/** What making each took of processor time, and what it keeps of memory, with its rules said in its own language. */
async function enginesFor(scene, names) {
  const engines = new Map();
  const costs = new Map();
  for (const name of names) {
    const kept = keptBytes();
    const before = process.cpuUsage();
    engines.set(name, await ENGINES[name](scene));
    const { user, system } = process.cpuUsage(before);
    costs.set(name, {
      madeInMs: rounded((user + system) / 1e3),
      megabytes: rounded(Math.max(0, keptBytes() - kept) / 1e6),
    });
  }
  return { engines, costs };
}

function keptBytes() {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** @throws when two engines differ about any rule: figures of different answers are worth nothing */
async function refuseDisagreement(engines, { rules, moments, flats, names }) {
  const shoppers = Math.min(MOMENTS, Math.max(2, Math.floor(RULES_COMPARED / rules.length)));
  for (let shopper = 0; shopper < shoppers; shopper += 1) {
    let agreed;
    for (const [name, engine] of engines) {
      const found = (await engine.ask(moments[shopper], flats[shopper])).toSorted((a, b) => a - b);
      agreed ??= { name, found };
      const differing = difference(found, agreed.found);
      if (differing.size > 0) {
        const [number] = differing;
        const things = [...names.values()].map(({ name: short, condition }) => [
          short,
          condition.field,
          condition.of,
        ]);
        throw new Error(
          `${name} finds rule ${number} ${found.includes(number)}, ${agreed.name} does not agree: ` +
            `${JSON.stringify(rules[number])} of ${JSON.stringify(flats[shopper])}, where ${JSON.stringify(things)}`,
        );
      }
    }
  }
}

function difference(one, other) {
  const [first, second] = [new Set(one), new Set(other)];
  return new Set([...one.filter((each) => !second.has(each)), ...other.filter((each) => !first.has(each))]);
}

/**
 * Shopper after shopper, for `ms` in five rounds of which the best counts, after a tenth of that unmeasured. A second is
 * one of processor time, of all of the process's threads. Both so that what else the machine does weighs little.
 */
async function measure(engine, scene, ms) {
  await run(engine, scene, ms / 10);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await run(engine, scene, ms / ROUNDS));
  const best = rounds.reduce((one, other) => (one.perSecond >= other.perSecond ? one : other));
  return {
    perSecond: rounded(best.perSecond),
    microsecondsEach: rounded(1e6 / best.perSecond),
    matchesEach: rounded(best.matches / best.asked),
    asked: rounds.reduce((sum, { asked }) => sum + asked, 0),
  };
}

async function run(engine, { moments, flats }, ms) {
  const begun = performance.now();
  const before = process.cpuUsage();
  let asked = 0;
  let matches = 0;
  for (;;) {
    // The clock is asked less often than a fast engine.
    for (let batch = asked < 64 ? 1 : 64; batch > 0; batch -= 1) {
      const answer = engine.ask(moments[asked % MOMENTS], flats[asked % MOMENTS]);
      matches += (answer instanceof Promise ? await answer : answer).length;
      asked += 1;
    }
    if (performance.now() - begun < ms) continue;
    const { user, system } = process.cpuUsage(before);
    return { asked, matches, perSecond: (asked * 1e6) / (user + system) };
  }
}

function summaryOf(names, figures) {
  const figureOf = (name, shop, offers) =>
    figures.find((each) => each.name === name && each.shop === shop && each.offers === offers)?.perSecond;
  const candidates = names.map((name) => ({
    name,
    perSecond: figureOf(name, HEADLINE.shop, HEADLINE.offers),
    sizes: figures.filter((figure) => figure.name === name),
  }));
  const ratios = figures
    .filter(({ name }) => name !== 'aislecue')
    .map(({ name, shop, offers, perSecond }) => ({
      of: `aislecue to ${name}`,
      shop,
      offers,
      ratio: rounded(figureOf('aislecue', shop, offers) / perSecond),
    }));
  const growth = ['one store', 'mixed'].map((shop) => ({
    of: 'aislecue, cost of 5000 offers to that of 500',
    shop,
    ratio: rounded(figureOf('aislecue', shop, 500) / figureOf('aislecue', shop, 5_000)),
  }));
  return { candidates, ratios: [...growth.filter(({ ratio }) => Number.isFinite(ratio)), ...ratios] };
}

function rounded(value) {
  return Number(value.toPrecision(4));
}

function machineOf() {
  const [cpu] = os.cpus();
  return { cpu: cpu?.model, cores: os.cpus().length, node: process.version, load: os.loadavg()[0] };
}
