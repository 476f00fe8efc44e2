import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Who works in the demo shop: one for each role. */
export const DEMO_STAFF = ['admin', 'marketer', 'approver', 'associate', 'analyst'] as const;
export type DemoRole = (typeof DEMO_STAFF)[number];

export interface DemoLogin {
  email: string;
  password: string;
}

/** `demo.json`: all that a client needs to speak to the demo shop. */
export interface DemoFile {
  baseUrl: string;
  serviceKey: string;
  posKey: string;
  gatewayKey: string;
  storeId: string;
  staff: Record<DemoRole, DemoLogin>;
  shoppers: { shopperId: string; token: string }[];
}

/** What an earlier start has left; undefined when there was none. It is written last, so it means a finished shop. */
export function readDemoFile(dataFolder: string): DemoFile | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataFolder), 'utf8')) as DemoFile;
  } catch {
    return undefined;
  }
}

/** Replaced in one step: whoever reads it sees the old one or the new one. */
export function writeDemoFile(dataFolder: string, demo: DemoFile): void {
  writePrivately(fileIn(dataFolder), `${JSON.stringify(demo, undefined, 2)}\n`);
}

/** The secret of a data folder, if a demo has kept one there. */
export function readSecret(dataFolder: string): string | undefined {
  try {
    return readFileSync(path.join(dataFolder, 'secret'), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The secret of a data folder, made at the first start: tokens stay good across restarts. */
export function keepSecret(dataFolder: string): string {
  const kept = readSecret(dataFolder);
  if (kept !== undefined && kept.length >= 32) return kept;
  const secret = `demo-${randomBytes(32).toString('base64url')}`;
  mkdirSync(dataFolder, { recursive: true });
  writePrivately(path.join(dataFolder, 'secret'), `${secret}\n`);
  return secret;
}

function fileIn(dataFolder: string): string {
  return path.join(dataFolder, 'demo.json');
}

function writePrivately(file: string, text: string): void {
  const half = `${file}.${process.pid}.new`;
  writeFileSync(half, text, { mode: 0o600 });
  renameSync(half, file);
}
