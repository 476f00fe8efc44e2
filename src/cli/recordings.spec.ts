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

async function refusalOf(reading: Promise<unknown>): Promise<string> {
  return reading.then(
    () => 'taken',
    (error: unknown) => (error as Error).message,
  );
}

const walkHeader = 'walk,observed_at,gateway_id,beacon_id,rssi,x,y';
const gateways = ['g', 'h', 'north'].map((gatewayId) => ({ gatewayId, x: 1, y: 1 }));

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
  it.each([
    ['without a column', 'gateway_id,x\nnorth,1\n', 'line 1: no column y'],
    ['without a name', 'x,y\n1,1\n', 'line 1: no column gateway_id (or alias, sensor, mac)'],
    [
      'with an empty place, which is not nought',
      'gateway_id,x,y\nnorth,,2\n',
      'line 2: x: expected a number',
    ],
    ['beyond an empty line', 'gateway_id,x,y\n\nnorth,NaN,2\n', 'line 3: x: expected a number'],
    ['with a field too few', 'gateway_id,x,y\nnorth,1,2\nsouth,1\n', 'on line 3'],
    ['that are there twice', 'gateway_id,x,y\nnorth,1,2\nnorth,1,2\n', 'line 3: north is there twice'],
    ['that are none', 'gateway_id,x,y\n', 'no gateway'],
  ])('%s are refused', async (_, content, told) => {
    const refusal = await refusalOf(readGateways(await fileOf('refused.csv', content)));
    expect(refusal).toMatch(/refused\.csv[,:] /);
    expect(refusal).toContain(told);
  });
  it('in a file that is not gzipped as its name says are refused', async () => {
    const file = await fileOf('plain.csv.gz', 'gateway_id,x,y\nnorth,1,2\n');
    expect(await refusalOf(readGateways(file))).toMatch(/plain\.csv\.gz: .*incorrect header check/);
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
    expect(await readWalks(await fileOf(name, content), gateways)).toEqual(expected);
  });
  it('without a level are refused by the number of the line', async () => {
    const file = await fileOf('w2.csv', `${walkHeader}\na,1,g,t,loud,1,1\n`);
    await expect(readWalks(file, gateways)).rejects.toThrow(/line 2: rssi/);
  });
  it.each([
    ['that are none', '', /w3\.csv: no line with a level below 0 dBm/],
    ['with failed readings alone', 'a,1,g,t,127,1,1\n', /w3\.csv: no line with a level below 0 dBm/],
    ['of other gateways alone', 'a,1,x,t,-60,1,1\n', /w3\.csv, line 2: no gateway x, and no line/],
  ])('%s are refused', async (_, lines, told) => {
    const file = await fileOf('w3.csv', `${walkHeader}\n${lines}`);
    await expect(readWalks(file, gateways)).rejects.toThrow(told);
  });
  it('with times in milliseconds are refused by their line', async () => {
    const file = await fileOf('w5.csv', `${walkHeader}\na,1581252411243,g,t,-60,1,1\n`);
    await expect(readWalks(file, gateways)).rejects.toThrow(/line 2: observed_at: expected Unix seconds/);
  });
  it('partly of other gateways are read', async () => {
    const file = await fileOf('w4.csv', `${walkHeader}\na,1,g,t,-60,1,1\na,2,x,t,-60,1,1\n`);
    expect((await readWalks(file, gateways))[0]?.rows).toHaveLength(2);
  });
});

describe('a survey', () => {
  it.each(['x,y,sensor,size,mean', 'x,y,gateway_id,samples,mean_rssi_dbm', 'x,y,alias,samples,rssi'])(
    'has the columns %s',
    async (header) => {
      const file = await fileOf('survey.csv', `${header}\n1,2,north,60,-71.5\n`);
      expect(await readSurvey(file, gateways)).toEqual([
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
  it.each([
    [
      'in a line',
      [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
      /zone a has all its corners in a line/,
    ],
    [
      'in a bow tie',
      [
        [0, 0],
        [2, 2],
        [2, 0],
        [0, 2],
      ],
      /zone a has edges that cross, the ones after its corners 1 and 3/,
    ],
    [
      'one of them no number',
      [
        [0, 0],
        [1, 1],
        [1, null],
      ],
      /0\.polygon\.2\.1: /,
    ],
  ])('with corners %s are refused', async (_, polygon, told) => {
    const file = await fileOf('broken.json', JSON.stringify([{ zoneId: 'a', polygon }]));
    await expect(readZones(file)).rejects.toThrow(told);
    await expect(readZones(file)).rejects.toThrow(/broken\.json: /);
  });
  it('that are there twice, or are no JSON, are refused by their file', async () => {
    const twice = await fileOf('twice.json', JSON.stringify([...zones, ...zones]));
    await expect(readZones(twice)).rejects.toThrow(/twice\.json: zone a is there twice/);
    await expect(readZones(await fileOf('cut.json', '{"zones":['))).rejects.toThrow(/cut\.json: /);
  });
  it('that are none are refused', async () => {
    await expect(readZones(await fileOf('no.json', '{}'))).rejects.toThrow(/no\.json/);
  });
  it.each(['strips:0', 'strips:-1', 'strips', 'halves'])(
    'that are neither a division nor a file: %s',
    async (text) => {
      await expect(readZones(text)).rejects.toThrow(/neither quadrants, strips:<metres> nor nearest-gateway/);
    },
  );
});
