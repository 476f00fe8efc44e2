// `npm run bench -- lifetime-value`: how long the purchase models take to fit, and to be read.
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { simulate } from './shoppers.mjs';

const dist = path.resolve(import.meta.dirname, '../../dist/insights/value');
const load = (file) => import(path.join(dist, `${file}.rules.js`));

const TRUTH = { k: 2, r: 1.3, alpha: 2.8, a: 0.42, b: 0.79 };
const READINGS = 100_000;

export async function bench(options) {
  const { values } = parseArgs({
    args: options,
    options: { shoppers: { type: 'string', default: '100000' } },
  });
  const drawn = simulate(Number(values.shoppers), TRUTH);
  const { cohortOf } = await load('cohort');
  const cohort = cohortOf(drawn.histories, drawn.sumLogGaps);
  const candidates = [...(await fits(cohort, drawn.spends)), await readings(drawn.histories)];
  console.error(candidates.map((each) => JSON.stringify(each)).join('\n'));
  const seconds = (name) => candidates.find((each) => each.name === name).cpuSeconds;
  const machine = {
    cpu: os.cpus()[0]?.model,
    cores: os.cpus().length,
    node: process.version,
    load: os.loadavg()[0],
  };
  const size = { shoppers: cohort.shoppers, distinctHistories: cohort.counts.length, truth: TRUTH };
  const ratios = {
    // The live model, with its choice of k, against one k alone and against Pareto/NBD.
    mbgCnbdKToMbgNbd: round(seconds('mbgCnbdK') / seconds('mbgNbd')),
    mbgCnbdKToParetoNbd: round(seconds('mbgCnbdK') / seconds('paretoNbd')),
  };
  console.log(JSON.stringify({ machine, ...size, candidates, ratios }));
}

async function fits(cohort, spends) {
  const { finished } = await import(path.join(dist, '../../shared/work.js'));
  const [{ fitNbd }, { fitBg }, { fittingMbgCnbdK }, { fitPareto }, { fitGammaGamma }] = await Promise.all(
    ['nbd', 'bg-cnbd', 'grid', 'pareto-nbd', 'gamma-gamma'].map(load),
  );
  return [
    timed('nbd', () => fitNbd(cohort)),
    timed('bgNbd', () => fitBg(cohort, { k: 1, dropoutAtFirst: 0 })),
    timed('mbgNbd', () => fitBg(cohort, { k: 1, dropoutAtFirst: 1 })),
    timed('mbgCnbdK', () => finished(fittingMbgCnbdK(cohort))),
    timed('paretoNbd', () => fitPareto(cohort)),
    timed('gammaGamma', () => fitGammaGamma(spends)),
  ];
}

/** What one look at a shopper costs: probability active, and purchases in 26, 52 and 78 weeks. */
async function readings(histories) {
  const { expectedPurchasesOfBg, probabilityActiveOfBg } = await load('bg-cnbd');
  const model = { ...TRUTH, dropoutAtFirst: 1 };
  const read = () => {
    let sum = 0;
    for (let i = 0; i < READINGS; i += 1) {
      const history = histories[i % histories.length];
      sum += probabilityActiveOfBg(model, history);
      for (const weeks of [26, 52, 78]) sum += expectedPurchasesOfBg(model, history, weeks);
    }
    return sum;
  };
  read();
  const { cpuSeconds } = timed('', () => ({ sum: read() }));
  return { name: 'one reading', microseconds: round((cpuSeconds * 1e6) / READINGS) };
}

/** CPU time of this process: others on the machine do not count. */
function timed(name, work) {
  const wallFrom = performance.now();
  const from = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(from);
  return {
    name,
    cpuSeconds: round((user + system) / 1e6),
    wallSeconds: round((performance.now() - wallFrom) / 1e3),
    ...result,
  };
}

function round(value) {
  return Math.round(value * 100) / 100;
}
