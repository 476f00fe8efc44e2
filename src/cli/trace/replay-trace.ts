import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { fieldRegistry } from '../../app.module.js';
import { product } from '../../catalogue/index.js';
import { Rehearsal } from '../../decisions/index.js';
import { contactPolicy, DEFAULT_POLICY } from '../../limits/index.js';
import { draftSnapshot } from '../../offers/index.js';
import { parse } from '../../platform/index.js';
import {
  defaultParameters,
  replayed,
  type PresenceParameters,
  type ReplayStep,
} from '../../presence/index.js';
import { SECOND_MS, toRfc3339, type Instant, type ShopperId } from '../../shared/index.js';
import { layoutOf, type StoreLayout } from '../../stores/index.js';
import { note, required, UsageError } from '../command.js';
import { firstDifference } from './difference.rules.js';
import { shownChange, shownDecision, shownStays, type ReplayResult } from './result.rules.js';
import { readView, viewOf, type GivenView } from './shopper-view.js';
import { readTrace, type TraceFile } from './trace-file.js';

export const replayTraceUsage = `  replay --trace FILE[.gz] [--offers O.json] [--expect E.json] [--speed 100|max] [--parameters P.json]
            [--views V.json] [--profiling granted|withheld] [--products P.json] [--policy P.json]
            plays a recording to presence, and to draft offers, without any database; the same input gives the same
            bytes. --expect fails and tells the first difference where the result is not as expected`;

const OPTIONS = {
  trace: { type: 'string' },
  offers: { type: 'string' },
  expect: { type: 'string' },
  speed: { type: 'string', default: 'max' },
  parameters: { type: 'string' },
  views: { type: 'string' },
  profiling: { type: 'string', default: 'withheld' },
  products: { type: 'string' },
  policy: { type: 'string' },
} as const;

/** As the parameters stand by default, each may be told otherwise; other names are refused. */
const parameterFile = z.strictObject({
  ...Object.fromEntries(Object.keys(defaultParameters).map((name) => [name, z.number().optional()])),
  firstZone: z.array(z.strictObject({ heardSeconds: z.number(), leadDb: z.number() })).optional(),
});

/** @throws UsageError for options and files that cannot be used, Error where the result is not as expected */
export async function replayTrace(args: string[]): Promise<ReplayResult> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const speed = speedOf(values.speed);
  const isProfiled = choiceOf(values.profiling);
  const trace = await readTrace(required(values.trace, '--trace'));
  const { storeId, store, recordedAt } = trace.header;
  const layout: StoreLayout = {
    ...layoutOf(storeId, store),
    ...(store.survey !== undefined && { survey: store.survey }),
  };
  const views = new Map([...trace.views, ...(await viewsIn(values.views))]);
  const live =
    values.offers === undefined
      ? undefined
      : draftSnapshot(
          listIn(await jsonIn(values.offers), values.offers),
          fieldRegistry(),
          values.products === undefined
            ? []
            : parse(z.array(product), await jsonIn(values.products), 'products'),
        );
  const policy =
    values.policy === undefined
      ? DEFAULT_POLICY
      : parse(contactPolicy, await jsonIn(values.policy), 'policy');
  const setting = {
    layout,
    startedAt: recordedAt,
    parameters: await parametersIn(values.parameters),
    dwellSeconds: live?.dwellSeconds ?? [],
  };
  const steps = await played(replayed(trace, setting), recordedAt, speed);
  const rehearsal =
    live &&
    new Rehearsal({
      layoutOf: () => layout,
      live,
      policy,
      viewOf: (shopperId) => viewOf(shopperId, views.get(shopperId), isProfiled),
    });
  const result = resultOf(trace, steps, rehearsal);
  if (values.expect !== undefined) await requireExpected(values.expect, result);
  return result;
}

/** At a speed, or as fast as it goes; tells how fast that was. */
async function played(steps: Iterable<ReplayStep>, start: Instant, speed: number): Promise<ReplayStep[]> {
  const told: ReplayStep[] = [];
  const beganAt = performance.now();
  let until = start;
  for (const step of steps) {
    until = step.at;
    const aheadMs = (step.at - start) / speed - (performance.now() - beganAt);
    // Timers are no finer than that.
    if (aheadMs > 2) await pause(aheadMs);
    if (step.changes.length > 0) told.push(step);
  }
  const seconds = Math.max(0.001, (performance.now() - beganAt) / SECOND_MS);
  const traced = (until - start) / SECOND_MS;
  const factor = Math.round(traced / seconds);
  note(
    `${Math.round(traced)} s of trace in ${seconds.toFixed(2)} s: ${factor} times as fast as it was recorded`,
  );
  return told;
}

function resultOf(trace: TraceFile, steps: readonly ReplayStep[], rehearsal?: Rehearsal): ReplayResult {
  const { storeId, recordedAt: start } = trace.header;
  const { sightings, checkIns } = trace;
  const all = steps.flatMap(({ at, changes }) => changes.map((change) => ({ at, change })));
  const decisions = all.flatMap(({ at, change }) => {
    const rehearsed = rehearsal?.decide(change, at);
    return rehearsed === undefined ? [] : [shownDecision(rehearsed, at, start)];
  });
  return {
    storeId,
    recordedAt: toRfc3339(start),
    walkers: new Set([...sightings, ...checkIns].map(({ shopperId }) => shopperId)).size,
    sightings: sightings.length,
    checkins: checkIns.length,
    stays: shownStays(steps, start),
    changes: all.map(({ at, change }) => shownChange(change, at, start)),
    ...(rehearsal !== undefined && { decisions }),
  };
}

async function requireExpected(file: string, result: ReplayResult): Promise<void> {
  const expected = await jsonIn(file);
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) {
    throw new UsageError(`${file}: expected an object, such as a result of replay`);
  }
  // As it is printed, so that what a file can hold is compared and nothing else.
  const difference = firstDifference(expected, JSON.parse(JSON.stringify(result)) as object);
  if (difference !== undefined) throw new Error(`not as expected: ${difference}`);
}

async function viewsIn(file: string | undefined): Promise<Map<ShopperId, GivenView>> {
  if (file === undefined) return new Map();
  const views = parse(z.record(z.string(), z.unknown()), await jsonIn(file), 'views');
  return new Map(
    Object.entries(views).map(([walker, view]) => [walker as ShopperId, readView(view, `views.${walker}`)]),
  );
}

async function parametersIn(file: string | undefined): Promise<PresenceParameters> {
  if (file === undefined) return defaultParameters;
  const given = parse(parameterFile, await jsonIn(file), 'parameters') as Partial<PresenceParameters>;
  return { ...defaultParameters, ...given };
}

async function jsonIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function listIn(value: unknown, file: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new UsageError(`${file}: expected a list of offers as POST /v1/offers takes them`);
}

function speedOf(text: string): number {
  const speed = text === 'max' ? Infinity : Number(text);
  if (speed > 0) return speed;
  throw new UsageError('--speed: expected max, or how many times as fast as it was recorded');
}

function choiceOf(profiling: string): boolean {
  if (profiling === 'granted' || profiling === 'withheld') return profiling === 'granted';
  throw new UsageError('--profiling: expected granted or withheld');
}
