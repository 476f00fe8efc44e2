import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readGateways, readSurvey, readWalks, readZones } from './recordings.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'recordings-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

const walkHeader = 'walk,observed_at,gateway_id,beacon_id,rssi,x,y';

describe('gateways', () => {
  it.each(['gateway_id', 'alias', 'sensor', 'mac'])('are named by %s', async (column) => {
    const file = await fileOf('gateways.csv', `${column},x,y,z\nnorth,1,2.5,\nsouth,3,4,2.2\n`);
    expect(await readGateways(file)).toEqual([
      { gatewayId: 'north', x: 1, y: 2.5 },
      { gatewayId: 'south', x: 3, y: 4, z: 2.2 },
    ]);
  });
  it('go by their own id before another name', async () => {
    const file = await fileOf('both.csv', 'mac,gateway_id,x,y\nb827,north,1,2\n');
    expect(await readGateways(file)).toEqual([{ gatewayId: 'north', x: 1, y: 2 }]);
  });
  it('with a fault are refused by the number of the line', async () => {
    const file = await fileOf('faulty.csv', 'gateway_id,x,y\nnorth,1,2\nsouth,left,4\n');
    await expect(readGateways(file)).rejects.toThrow(/faulty\.csv, line 3: x: /);
  });
  it('that are not there are told', async () => {
    await expect(readGateways(path.join(folder, 'none.csv'))).rejects.toThrow(/ENOENT/);
  });
});

describe('walks', () => {
  const rows = [
    'b,12.5,g,t,-71,1,1',
    'a,11,g,t,-70,3,4',
    'a,10.25,h,t,-60,1,2',
    'a,10.5,h,t,127,1,2',
    'a,12,h,t,0,1,2',
  ];
  const expected = [
    { name: 'b', rows: [{ observedAtMs: 12_500, gatewayId: 'g', beaconId: 't', rssiDbm: -71, x: 1, y: 1 }] },
    {
      name: 'a',
      rows: [
        { observedAtMs: 10_250, gatewayId: 'h', beaconId: 't', rssiDbm: -60, x: 1, y: 2 },
        { observedAtMs: 11_000, gatewayId: 'g', beaconId: 't', rssiDbm: -70, x: 3, y: 4 },
      ],
    },
  ];
  const text = (end: string): string => [walkHeader, ...rows, ''].join(end);

  it.each([
    ['in lines of Unix', 'w.csv', text('\n')],
    ['in lines of Windows, with a byte order mark', 'w.crlf.csv', `\ufeff${text('\r\n')}`],
    ['gzipped', 'w.csv.gz', gzipSync(text('\n'))],
  ])('are read %s, in the order of time, without levels that cannot be', async (_, name, content) => {
    expect(await readWalks(await fileOf(name, content))).toEqual(expected);
  });
  it('without a level are refused by the number of the line', async () => {
    const file = await fileOf('w2.csv', `${walkHeader}\na,1,g,t,loud,1,1\n`);
    await expect(readWalks(file)).rejects.toThrow(/line 2: rssi/);
  });
});

describe('a survey', () => {
  it.each(['x,y,sensor,size,mean', 'x,y,gateway_id,samples,mean_rssi_dbm', 'x,y,alias,samples,rssi'])(
    'has the columns %s',
    async (header) => {
      const file = await fileOf('survey.csv', `${header}\n1,2,north,60,-71.5\n`);
      expect(await readSurvey(file)).toEqual([
        { x: 1, y: 2, gatewayId: 'north', meanRssiDbm: -71.5, samples: 60 },
      ]);
    },
  );
});

describe('zones', () => {
  const zones = [
    {
      zoneId: 'a',
      polygon: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    },
  ];
  it('are divided in a way that has a name', async () => {
    expect(await readZones('quadrants')).toBe('quadrants');
    expect(await readZones('nearest-gateway')).toBe('nearest-gateway');
    expect(await readZones('strips:2.5')).toEqual({ stripMetres: 2.5 });
  });
  it.each([
    ['a list', zones],
    ['a store’s document', { name: 'S', zones }],
  ])('are read from %s', async (_, content) => {
    expect(await readZones(await fileOf('zones.json', JSON.stringify(content)))).toEqual(zones);
  });
  it('with two corners are refused by their place', async () => {
    const file = await fileOf(
      'two.json',
      JSON.stringify([
        {
          zoneId: 'a',
          polygon: [
            [0, 0],
            [1, 0],
          ],
        },
      ]),
    );
    await expect(readZones(file)).rejects.toThrow(/two\.json: 0\.polygon/);
  });
  it('that are none are refused', async () => {
    await expect(readZones(await fileOf('no.json', '{}'))).rejects.toThrow(/no\.json/);
    await expect(readZones('strips:0')).rejects.toThrow();
  });
});
