import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readTopics } from './mqtt-topics.js';

const good = { topic: 'shop/+/minew', format: 'minew', storeId: 's1' };
const faultsOf = (...entries: unknown[]): string[] => readTopics(JSON.stringify(entries)).faults;

describe('the table of topics', () => {
  it('may stand in the setting, or in a file', () => {
    const entries = [good, { ...good, topic: 'a/b', gatewayId: 'g1' }, { ...good, gatewayFromTopic: 1 }];
    expect(readTopics(` ${JSON.stringify(entries)}`)).toEqual({ topics: entries, faults: [] });
    const folder = mkdtempSync(path.join(tmpdir(), 'topics-'));
    const file = path.join(folder, 'topics.json');
    writeFileSync(file, JSON.stringify(entries));
    expect(readTopics(file).topics).toEqual(entries);
    rmSync(folder, { recursive: true });
    expect(readTopics(file).faults).toEqual([expect.stringMatching(/topics\.json: .*ENOENT/)]);
  });

  it.each(['#', '/', 'a', '+', 'a/#', '/a', 'a/', 'a//b', '+/b/+/#', 'espresense/devices/+/+'])(
    'takes the filter %s',
    (topic) => {
      expect(faultsOf({ ...good, topic })).toEqual([]);
    },
  );

  it.each(['', 'a#', 'a/#/b', 'a+', 'a/+b', '#/a', 'a\0b', '$share/x/a'])(
    'refuses the filter %j',
    (topic) => {
      expect(faultsOf({ ...good, topic })).toEqual(
        expect.arrayContaining([expect.stringMatching(/^\[0\]\.topic: /)]),
      );
    },
  );

  it('names each fault by its place', () => {
    const faults = faultsOf(
      { ...good, format: 'semaphore' },
      { ...good, storeId: 'a b' },
      { topic: 'a', format: 'minew' },
      { ...good, gateway: 'g1' },
      { ...good, gatewayFromTopic: 3 },
      { ...good, gatewayFromTopic: 1, gatewayId: 'g1' },
    );
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      '[0].format',
      '[1].storeId',
      '[2].storeId',
      '[3].gateway',
      '[4].gatewayFromTopic',
      '[5].gatewayFromTopic',
    ]);
  });

  it('lets # stand for as many levels as it takes', () => {
    expect(faultsOf({ ...good, topic: 'a/#', gatewayFromTopic: 7 })).toEqual([]);
  });

  it.each(['[', '[1]', '[]', '[null]'])('says what is wrong with %s', (setting) => {
    expect(readTopics(setting).faults.length).toBeGreaterThan(0);
  });
});
