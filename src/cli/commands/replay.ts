import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readDemoFile } from '../../demo/index.js';
import { note, required, UsageError, type Command } from '../command.js';
import { durationMs, shiftedTo } from '../shift.rules.js';
import { replayTrace, replayTraceUsage } from '../trace/replay-trace.js';
import { dataFolder } from '../within-rooms.js';

interface Replay {
  url: string;
  key: string;
  /** The captured bytes, and what they say where they are JSON. */
  captured: Captured;
  toNow: boolean;
  repeat: number;
  everyMs: number;
}

interface Captured {
  text: string;
  payload?: unknown;
  topic?: string;
}

interface Answer {
  accepted?: number;
  rejected?: { code: string }[];
  detail?: string;
}

const TIMEOUT_MS = 15_000;

export const replayCommand: Command = {
  usage: `  replay --format F --gateway ID FILE [--now] [--repeat N] [--every 1s] [--url http://…] [--key ac_gateway_…]
            without --url and --key: AISLECUE_GATEWAY_KEY, and those of the demo in AISLECUE_DATA
${replayTraceUsage}`,
  async run(args) {
    if (args.some((word) => /^--trace(=|$)/.test(word))) return replayTrace(args);
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        format: { type: 'string' },
        gateway: { type: 'string' },
        now: { type: 'boolean', default: false },
        repeat: { type: 'string', default: '1' },
        every: { type: 'string', default: '1s' },
        url: { type: 'string' },
        key: { type: 'string' },
      },
    });
    const demo = readDemoFile(dataFolder());
    const base = values.url ?? demo?.baseUrl ?? 'http://127.0.0.1:3000';
    const gateway = encodeURIComponent(required(values.gateway, '--gateway'));
    const format = encodeURIComponent(required(values.format, '--format'));
    const captured = await readCaptured(required(positionals[0], 'FILE'));
    const topic = captured.topic === undefined ? '' : `?topic=${encodeURIComponent(captured.topic)}`;
    const repeat = Number(values.repeat);
    if (!Number.isInteger(repeat) || repeat < 1) throw new UsageError('--repeat: expected 1 or more');
    const everyMs = durationMs(values.every);
    if (everyMs === undefined) throw new UsageError('--every: expected a duration such as 1s or 500ms');
    if (values.now && captured.payload === undefined) {
      throw new UsageError('--now: the file is not JSON, so its times are not known');
    }
    const key = values.key ?? process.env['AISLECUE_GATEWAY_KEY'] ?? demo?.gatewayKey;
    return replay({
      url: `${base.replace(/\/$/, '')}/v1/gateways/${gateway}/${format}${topic}`,
      key: required(key, '--key (or AISLECUE_GATEWAY_KEY)'),
      captured,
      toNow: values.now,
      repeat,
      everyMs,
    });
  },
};

/** @throws Error when not one post was taken */
async function replay({ url, key, captured, toNow, repeat, everyMs }: Replay): Promise<unknown> {
  const summary = { posts: 0, failed: 0, accepted: 0, rejected: 0 };
  const beganAt = performance.now();
  for (let turn = 0; turn < repeat; turn += 1) {
    await pause(Math.max(0, beganAt + turn * everyMs - performance.now()));
    const { status, answer } = await post(url, key, bodyOf(captured, toNow));
    note(`${turn + 1}/${repeat}  ${status}  ${JSON.stringify(answer)}`);
    summary.posts += 1;
    summary.failed += status === 202 ? 0 : 1;
    summary.accepted += answer.accepted ?? 0;
    summary.rejected += answer.rejected?.length ?? 0;
  }
  if (summary.failed === summary.posts) throw new Error(`${url} took none of ${summary.posts} posts.`);
  return summary;
}

function bodyOf({ text, payload }: Captured, toNow: boolean): string {
  if (payload === undefined) return text;
  return JSON.stringify(toNow ? shiftedTo(payload, Date.now()) : payload);
}

async function post(url: string, key: string, body: string): Promise<{ status: number; answer: Answer }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, answer: (await response.json()) as Answer };
  } catch (error) {
    return { status: 0, answer: { detail: error instanceof Error ? error.message : String(error) } };
  }
}

/** Recorders of MQTT put topic and payload side by side; what a gateway would post is the payload. */
async function readCaptured(file: string): Promise<Captured> {
  const text = await readFile(file, 'utf8');
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    return { text };
  }
  const { topic, payload: inner } = (payload ?? {}) as { topic?: unknown; payload?: unknown };
  return typeof topic === 'string' && inner !== undefined
    ? { text, payload: inner, topic }
    : { text, payload };
}
