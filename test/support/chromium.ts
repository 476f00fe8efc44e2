import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { findOnPath } from '../../src/platform/embedded/processes.js';

/** Debian's, Ubuntu's or Google's, where there is one. */
export const chromium = findOnPath('chromium', 'chromium-browser', 'google-chrome');

const AS_ROOT = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
/** As tall as any page of ours, for some draw only what is in sight. */
const SCREEN = { width: 1_200, height: 30_000, deviceScaleFactor: 1, mobile: false };
/** Rather no page than one that hangs the tests. */
const ANSWERS_WITHIN_MS = 30_000;

interface Message {
  id?: number;
  method?: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  params?: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  result?: any;
  error?: { message: string };
}

/** One page of a browser of one's own, spoken to by the DevTools protocol through a pipe. */
export class BrowserPage {
  /** Addresses that the page asked for, and what its console complained of. */
  readonly requests: string[] = [];
  readonly complaints: string[] = [];
  readonly #waiting = new Map<number, (message: Message) => void>();
  #session: string | undefined;
  #calls = 0;
  #unread = '';

  private constructor(
    private readonly browser: ChildProcess,
    private readonly profile: string,
  ) {
    const said = browser.stdio[4] as Readable;
    said.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
  }

  static async open(): Promise<BrowserPage> {
    const profile = await mkdtemp(path.join(tmpdir(), 'aislecue-chromium-'));
    const args = [
      '--headless=new',
      '--remote-debugging-pipe',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
    ];
    const ours = [...args, ...AS_ROOT, `--user-data-dir=${profile}`, 'about:blank'];
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    const page = new BrowserPage(spawn(chromium ?? 'chromium', ours, { stdio: [...stdio] }), profile);
    const { targetId } = await page.call('Target.createTarget', { url: 'about:blank' });
    page.#session = (await page.call('Target.attachToTarget', { targetId, flatten: true }))
      .sessionId as string;
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await page.call(`${domain}.enable`);
    await page.call('Emulation.setDeviceMetricsOverride', SCREEN);
    return page;
  }

  async visit(url: string): Promise<void> {
    await this.call('Page.navigate', { url });
  }

  /** The value of an expression in the page. */
  async valueOf<T>(expression: string): Promise<T> {
    const { result } = await this.call('Runtime.evaluate', { expression, returnByValue: true });
    return result.value as T;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.browser.once('exit', resolve));
    this.browser.kill('SIGKILL');
    await ended;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  call(method: string, params: object = {}): Promise<NonNullable<Message['result']>> {
    const id = (this.#calls += 1);
    const sessionId = this.#session;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method}: no answer`)), ANSWERS_WITHIN_MS);
      this.#waiting.set(id, ({ result, error }) => {
        clearTimeout(late);
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      const asked = JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) });
      (this.browser.stdio[3] as Writable).write(`${asked}\0`);
    });
  }

  #hear(text: string): void {
    const messages = (this.#unread + text).split('\0');
    this.#unread = messages.pop() ?? '';
    for (const message of messages) this.#take(JSON.parse(message) as Message);
  }

  #take({ id, method, params, ...answer }: Message): void {
    if (id !== undefined) this.#waiting.get(id)?.(answer);
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url as string);
    if (method === 'Log.entryAdded') this.complaints.push(`${params.entry.text}: ${params.entry.url ?? ''}`);
    if (method === 'Runtime.exceptionThrown') {
      this.complaints.push(params.exceptionDetails.exception?.description as string);
    }
  }
}
