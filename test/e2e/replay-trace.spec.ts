import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { runProgram, type Ended } from '../support/program.js';

const header = {
  trace: 1,
  storeId: 's1',
  recordedAt: '2026-11-23T10:00:00.000Z',
  store: {
    name: 'Corner shop',
    timeZone: 'Europe/Paris',
    currency: 'EUR',
    zones: [
      { zoneId: 'coffee', name: 'Coffee', kind: 'aisle', categories: ['coffee'] },
      { zoneId: 'tea', name: 'Tea', kind: 'aisle', categories: ['tea'] },
    ],
    gateways: [
      { gatewayId: 'g1', zoneId: 'coffee' },
      { gatewayId: 'g2', zoneId: 'tea' },
    ],
    beacons: [],
  },
};
const heard = Array.from({ length: 60 }, (_, second) => [
  { t: second * 1_000, w: 'walker-1', g: 'g1', rssi: second < 30 ? -50 : -80 },
  { t: second * 1_000, w: 'walker-1', g: 'g2', rssi: second < 30 ? -80 : -50 },
]).flat();
const lines = [header, { w: 'walker-1', view: { loyalty: { tier: 'gold', points: 10 } } }, ...heard];
const text = (all: readonly object[]): string => all.map((line) => `${JSON.stringify(line)}\n`).join('');

const offers = ['gold', 'silver'].map((tier) => ({
  name: `For ${tier}`,
  kind: 'message',
  trigger: { on: ['zoneEntered'], zoneIds: ['tea'] },
  eligibility: { combinator: 'and', rules: [{ field: 'loyalty.tier', operator: '=', value: tier }] },
  content: { default: { title: 'Tea', body: 'Have some.' } },
}));

let folder: string;
const inFolder = (name: string): string => path.join(folder, name);
const replay = (...args: string[]): Promise<Ended> => runProgram('cli/main.js', ['replay', ...args], {});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trace-'));
  await writeFile(inFolder('walk.ndjson'), text(lines));
  await writeFile(inFolder('walk.ndjson.gz'), gzipSync(text(lines)));
  await writeFile(inFolder('offers.json'), JSON.stringify(offers));
});
afterAll(() => rm(folder, { recursive: true }));

describe('replay --trace', () => {
  it('tells where walkers were and what would have been offered, twice in the same bytes', async () => {
    const args = ['--offers', inFolder('offers.json'), '--profiling', 'granted'];
    const once = await replay('--trace', inFolder('walk.ndjson'), ...args);
    expect(once.stderr).toMatch(/times as fast as it was recorded/);
    expect(once.code).toBe(0);
    const result = JSON.parse(once.stdout) as Record<string, unknown>;
    expect(result).toMatchObject({
      walkers: 1,
      sightings: 120,
      stays: [{ zoneId: 'coffee' }, { zoneId: 'tea', leftAt: 59_000 }],
      decisions: [
        {
          w: 'walker-1',
          zoneId: 'tea',
          outcome: 'offer',
          offer: 'For gold',
          considered: [{ eligible: true }, { eligible: false, reasons: [{ code: 'rule-not-met' }] }],
        },
      ],
    });
    expect((await replay('--trace', inFolder('walk.ndjson.gz'), ...args)).stdout).toBe(once.stdout);
    await writeFile(inFolder('expected.json'), JSON.stringify({ stays: result['stays'] }));
  });

  it('fails where the result is not as expected, and says where', async () => {
    const expected = await readFile(inFolder('expected.json'), 'utf8');
    const check = ['--trace', inFolder('walk.ndjson'), '--expect', inFolder('expected.json')];
    expect((await replay(...check)).code).toBe(0);
    await writeFile(inFolder('expected.json'), expected.replace('"tea"', '"coffee"'));
    const failed = await replay(...check);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('not as expected: stays[1].zoneId: expected "coffee", is "tea"');
  });

  it('names the line that cannot be read, and options that it does not know', async () => {
    await writeFile(inFolder('bad.ndjson'), text([header, { t: 0, w: 'a', g: 'g7', rssi: -60 }]));
    const bad = await replay('--trace', inFolder('bad.ndjson'));
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toContain('line 2: g: no gateway g7');
    await writeFile(inFolder('parameters.json'), JSON.stringify({ holdSecond: 3 }));
    const wrong = await replay(
      '--trace',
      inFolder('walk.ndjson'),
      '--parameters',
      inFolder('parameters.json'),
    );
    expect(wrong.stderr).toContain('parameters.holdSecond: no such field');
  });

  it('keeps to the speed that it is given', async () => {
    const beganAt = performance.now();
    expect((await replay('--trace', inFolder('walk.ndjson'), '--speed', '200')).code).toBe(0);
    // A minute of walking and five of waiting for the visit to end.
    expect(performance.now() - beganAt).toBeGreaterThan(1_500);
  });
});
