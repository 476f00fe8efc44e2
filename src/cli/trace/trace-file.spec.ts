import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readTrace } from './trace-file.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trace-'));
});
afterAll(() => rm(folder, { recursive: true }));

const store = { name: 'S', timeZone: 'UTC', currency: 'EUR', zones: [], gateways: [], beacons: [] };
const header = JSON.stringify({ trace: 1, storeId: 's', store, recordedAt: '2026-11-22T10:00:00Z' });

describe('a trace that cannot be read', () => {
  it.each([
    ['t.ndjson', '', 't.ndjson, line 1: the file is empty'],
    ['t.ndjson', `${header}\n{"t":1,"w":"a","g":"x","rssi":-60}\n`, 't.ndjson, line 2: g: no gateway x'],
    ['t.ndjson', `${header}\n\n{"w":"a","view":{"age":7}}\n`, 't.ndjson, line 3: view.age: no such field'],
    ['t.ndjson.gz', 'not gzipped', 't.ndjson.gz: '],
  ])('is refused by its name and line: %s, %s', async (name, content, told) => {
    const file = path.join(folder, name);
    await writeFile(file, content);
    await expect(readTrace(file)).rejects.toThrow(told);
  });
  it('is told where it is not there', async () => {
    await expect(readTrace(path.join(folder, 'none.ndjson'))).rejects.toThrow(/none\.ndjson: .*ENOENT/);
  });
});
