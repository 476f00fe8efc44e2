import type { Call } from './http.js';

/** What a counter or gauge of the process stands at, over all series that have these labels; 0 for none. */
export async function metric(call: Call, name: string, labels: Record<string, string> = {}): Promise<number> {
  const { body } = await call('GET', '/metrics');
  return String(body)
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** How much it moved while something was done. */
export async function moved(
  call: Call,
  name: string,
  labels: Record<string, string>,
  work: () => Promise<unknown>,
): Promise<number> {
  const before = await metric(call, name, labels);
  await work();
  return (await metric(call, name, labels)) - before;
}
