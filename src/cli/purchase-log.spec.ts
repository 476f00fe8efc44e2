import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { dayWritten, readPurchaseLog } from './purchase-log.js';

const JAN_1 = Date.UTC(2026, 0, 1) / 86_400_000;
let folder: string;
beforeAll(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'aislecue-log-'))));
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string, name = 'log.csv') {
  const file = path.join(folder, name);
  await writeFile(file, name.endsWith('.gz') ? gzipSync(content) : content);
  return readPurchaseLog(file);
}

describe('a log of purchases', () => {
  it.each([
    ['shopper_id,date,amount\na,2026-01-02,5\na,2026-01-01,3.5\n', true],
    ['cust,date\na,2026-01-02\na,2026-01-01\n', false],
    ['CUST;Date\r\na;2026-01-02\r\na;20260101\r\n', false],
    ['00001 20260101 1 3.50\na 20260102 2 5\n'.replace('00001', 'a'), true],
    [' a 1 20260101 1 3.50\n a 1 20260102 2 5\n', true],
  ])('is read by its header or CDNOW’s columns: %j', async (content, hasSpend) => {
    const log = await read(content);
    expect(log.hasSpend).toBe(hasSpend);
    expect(log.shoppers.get('a')!.map(({ day }) => day - JAN_1)).toEqual([0, 1]);
    expect(log.lastDay).toBe(JAN_1 + 1);
    if (hasSpend) expect(log.shoppers.get('a')!.map(({ spend }) => spend)).toEqual([3.5, 5]);
  });

  it('makes one purchase day of many purchases, and unpacks', async () => {
    const lines = 'a,2026-01-01,1\n'.repeat(1_000);
    const { shoppers } = await read(`shopper_id,date,amount\n${lines}`, 'log.csv.gz');
    expect(shoppers.get('a')).toEqual([{ day: JAN_1, spend: 1_000 }]);
  });

  it('lets a return lower what was spent before it, and be no purchase', async () => {
    const log = await read('id,date,spend\na,2026-01-01,10\na,2026-01-05,-4\nb,2026-01-02,-1\n');
    expect([...log.shoppers]).toEqual([['a', [{ day: JAN_1, spend: 6 }]]]);
  });

  it.each([
    ['shopper_id,date\na,2026-02-30\n', 'line 2: date: expected a day'],
    ['shopper_id,date\na,2026-01-01\n,2026-01-01\n', 'line 3: shopper_id: missing'],
    ['shopper_id,date,amount\na,2026-01-01,ten\n', 'line 2: amount: expected a number, not "ten"'],
    ['shopper_id,when\na,2026-01-01\n', 'line 1: no column date'],
    ['who,date\na,2026-01-01\n', 'line 1: no column shopper_id'],
    ['shopper_id,date\n', 'holds no purchases'],
    ['', 'holds no purchases'],
    ['hello world\n', 'line 1: expected a header'],
  ])('names the place of a fault: %j', async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it('says which file is not there', async () => {
    await expect(readPurchaseLog(path.join(folder, 'none.csv'))).rejects.toThrow('none.csv');
  });
});

describe('a day', () => {
  it.each([
    ['2026-01-01', 0],
    ['20260101', 0],
    ['2026/01/01', 0],
    ['2026-01-01T23:30:00Z', 0],
    ['2026-01-01T23:30:00-05:00', 1],
    ['2026-01-01 12:00:00', 0],
    ['2024-02-29', Date.UTC(2024, 1, 29) / 86_400_000 - JAN_1],
  ])('%s', (text, day) => {
    expect(dayWritten(text)).toBe(JAN_1 + day);
  });

  it.each(['', '2026-13-01', '2025-02-29', '01/02/2026', '2026-01-01T99:00:00Z'])('is not %j', (text) => {
    expect(dayWritten(text)).toBeUndefined();
  });
});
