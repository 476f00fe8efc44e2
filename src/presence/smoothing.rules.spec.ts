import type { BeaconId, GatewayId, ShopperId, StoreId } from '../shared/index.js';
import type { Sighting } from '../sightings/index.js';
import type { StoreLayout } from '../stores/index.js';
import { defaultParameters } from './parameters.js';
import {
  anchorKeyOf,
  heardSeconds,
  latestLevels,
  levelOf,
  meanLevels,
  pour,
  prune,
} from './smoothing.rules.js';
import { BUCKET_SIZE, countAt, secondAt, sumAt } from './state.js';
import type { HeardAnchor } from './state.js';

const layout: StoreLayout = {
  storeId: 's' as StoreId,
  name: 'S',
  timeZone: 'UTC',
  currency: 'EUR',
  openingHours: [],
  zones: new Map(),
  gateways: new Map([['weak' as GatewayId, { measuredPowerDbm: -65 }]]),
  beacons: new Map([
    ['loud' as BeaconId, { measuredPowerDbm: -49 }],
    ['plain' as BeaconId, {}],
  ]),
};
const gateway = (id: string): Sighting['anchor'] => ({ kind: 'gateway', gatewayId: id as GatewayId });
const beacon = (id: string): Sighting['anchor'] => ({ kind: 'beacon', beaconId: id as BeaconId });

function sighting(anchor: Sighting['anchor'], rssiDbm: number, measuredPowerDbm?: number): Sighting {
  return {
    shopperId: 'p' as ShopperId,
    storeId: layout.storeId,
    anchor,
    rssiDbm,
    ...(measuredPowerDbm !== undefined && { measuredPowerDbm }),
    observedAt: 0,
    receivedAt: 0,
    sightingId: 'x',
  };
}

describe('levelOf', () => {
  it.each([
    ['a gateway as it is', gateway('any'), -70.4, undefined, -70],
    ['a gateway without regard to the tag’s power', gateway('any'), -70, -80, -70],
    ['a gateway that hears less', gateway('weak'), -70, undefined, -64],
    ['a loud beacon of the store', beacon('loud'), -60, -70, -70],
    ['a beacon by its own word', beacon('plain'), -60, -69, -50],
    ['a beacon whose word is rubbish', beacon('plain'), -60, 100, -60],
  ])('takes %s', (_, anchor, rssiDbm, power, level) => {
    expect(levelOf(sighting(anchor, rssiDbm, power), layout)).toBe(level);
  });
});

describe('buckets', () => {
  const anchorsOf = (...poured: [string, number, number][]): HeardAnchor[] => {
    const anchors: HeardAnchor[] = [];
    for (const each of poured) pour(anchors, ...each);
    return anchors;
  };

  const bucketsOf = ({ buckets }: HeardAnchor): { second: number; sum: number; count: number }[] =>
    Array.from({ length: buckets.length / BUCKET_SIZE }, (_, nth) => nth * BUCKET_SIZE).map((at) => ({
      second: secondAt(buckets, at),
      sum: sumAt(buckets, at),
      count: countAt(buckets, at),
    }));
  const read = (anchors: HeardAnchor[]): unknown =>
    anchors.map((anchor) => ({ key: anchor.key, buckets: bucketsOf(anchor) }));

  it('hold sums by second, whatever the order', () => {
    const expected = [
      {
        key: 'g:a',
        buckets: [
          { second: 4, sum: -60, count: 1 },
          { second: 5, sum: -130, count: 2 },
        ],
      },
    ];
    expect(read(anchorsOf(['g:a', 5, -60], ['g:a', 4, -60], ['g:a', 5, -70]))).toEqual(expected);
    expect(read(anchorsOf(['g:a', 5, -70], ['g:a', 5, -60], ['g:a', 4, -60]))).toEqual(expected);
  });

  it('know the seconds in which anything was heard', () => {
    const anchors = anchorsOf(['g:a', 9, -60], ['g:a', 3, -60], ['g:b', 5, -60], ['g:b', 9, -60]);
    expect(heardSeconds(anchors, 4, 10)).toEqual([5, 9]);
    expect(heardSeconds(anchors, 0, 9)).toEqual([3, 5]);
  });

  it('give a mean in which every second weighs the same', () => {
    const anchors = anchorsOf(
      ['g:a', 1, -10],
      ['g:a', 8, -60],
      ['g:a', 9, -80],
      ['g:a', 9, -80],
      ['g:a', 10, -10],
    );
    expect(meanLevels(anchors, 9, 5)).toEqual(new Map([['g:a', -70]]));
  });

  it('hold the last level for a while', () => {
    const anchors = anchorsOf(['g:a', 8, -60], ['g:a', 12, -10]);
    expect(latestLevels(anchors, 11, 3)).toEqual(new Map([['g:a', -60]]));
    expect(latestLevels(anchors, 11, 2)).toEqual(new Map());
  });

  it('are pruned to what can still matter', () => {
    const anchors = anchorsOf(
      ['g:a', 1, -60],
      ['g:a', 19, -60],
      ['g:a', 20, -61],
      ['g:a', 22, -62],
      ['g:b', 2, -60],
    );
    const seconds = (kept: HeardAnchor[]): number[][] =>
      kept.map((anchor) => bucketsOf(anchor).map(({ second }) => second));
    expect(seconds(prune(anchors, 21, true, defaultParameters))).toEqual([[20, 22]]);
    expect(seconds(prune(anchors, 21, false, defaultParameters))).toEqual([[19, 20, 22]]);
  });

  it('are pruned to the strongest anchors, but for open seconds', () => {
    const anchors = anchorsOf(
      ['g:a', 20, -90],
      ['g:b', 20, -50],
      ['g:c', 20, -70],
      ['g:d', 20, -90],
      ['g:d', 21, -40],
    );
    const kept = prune(anchors, 21, true, { ...defaultParameters, anchorsKept: 2 });
    expect(kept.map((anchor) => [anchor.key, ...bucketsOf(anchor).map(({ second }) => second)])).toEqual([
      ['g:b', 20],
      ['g:c', 20],
      ['g:d', 21],
    ]);
  });
});

describe('anchorKeyOf', () => {
  it('tells a gateway from a beacon', () => {
    expect([anchorKeyOf(gateway('x')), anchorKeyOf(beacon('x'))]).toEqual(['g:x', 'b:x']);
  });
});
