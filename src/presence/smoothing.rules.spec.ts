import type { BeaconId, GatewayId, ShopperId, StoreId } from '../shared/index.js';
import type { Sighting } from '../sightings/index.js';
import type { StoreLayout } from '../stores/index.js';
import { defaultParameters } from './parameters.js';
import {
  anchorKeyOf,
  heardAfter,
  heardSeconds,
  latestLevels,
  levelOf,
  meanLevels,
  pour,
  stillHeld,
  strongest,
} from './smoothing.rules.js';
import { BUCKET_SIZE, faintestAt, loudestAt, secondAt } from './state.js';
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
  const anchorsOf = (...poured: [number, number, number][]): HeardAnchor[] => {
    const anchors: HeardAnchor[] = [];
    for (const each of poured) pour(anchors, ...each);
    return anchors;
  };

  const bucketsOf = ({ buckets }: HeardAnchor): { second: number; loudest: number; faintest: number }[] =>
    Array.from({ length: buckets.length / BUCKET_SIZE }, (_, nth) => nth * BUCKET_SIZE).map((at) => ({
      second: secondAt(buckets, at),
      loudest: loudestAt(buckets, at),
      faintest: faintestAt(buckets, at),
    }));
  const read = (anchors: HeardAnchor[]): unknown =>
    anchors.map((anchor) => ({ anchor: anchor.anchor, buckets: bucketsOf(anchor) }));

  it('hold the loudest and the faintest by second, whatever the order and however often', () => {
    const expected = [
      {
        anchor: 0,
        buckets: [
          { second: 4, loudest: -60, faintest: -60 },
          { second: 5, loudest: -60, faintest: -70 },
        ],
      },
    ];
    expect(read(anchorsOf([0, 5, -60], [0, 4, -60], [0, 5, -70]))).toEqual(expected);
    expect(read(anchorsOf([0, 5, -70], [0, 5, -60], [0, 4, -60], [0, 5, -70], [0, 5, -65]))).toEqual(
      expected,
    );
  });

  it('know the seconds in which anything was heard', () => {
    const anchors = anchorsOf([0, 9, -60], [0, 3, -60], [1, 5, -60], [1, 9, -60]);
    expect(heardSeconds(anchors, 4, 10)).toEqual([5, 9]);
    expect(heardSeconds(anchors, 0, 9)).toEqual([3, 5]);
  });

  it('give a mean in which every second weighs the same', () => {
    const anchors = anchorsOf([0, 1, -10], [0, 8, -60], [0, 9, -80], [0, 9, -80], [0, 10, -10]);
    expect(meanLevels(anchors, 5, 9)).toEqual(new Map([[0, -70]]));
  });

  it('hold the last level for a while', () => {
    const anchors = anchorsOf([0, 8, -60], [0, 12, -10]);
    expect(latestLevels(anchors, 11, 3)).toEqual(new Map([[0, -60]]));
    expect(latestLevels(anchors, 11, 2)).toEqual(new Map());
  });

  const kept = (anchors: HeardAnchor[]): [anchor: number, ...seconds: number[]][] =>
    anchors.map((anchor) => [anchor.anchor, ...bucketsOf(anchor).map(({ second }) => second)]);

  it('are forgotten up to where somebody was located', () => {
    expect(kept(heardAfter(anchorsOf([0, 19, -60], [0, 20, -61], [0, 22, -62], [1, 2, -60]), 19))).toEqual([
      [0, 20, 22],
    ]);
  });

  it('are forgotten but for what is held, once there is a zone', () => {
    const anchors = anchorsOf([0, 19, -60], [0, 20, -61], [0, 22, -62], [1, 18, -60], [2, 17, -60]);
    expect(kept(stillHeld(anchors, 21, defaultParameters))).toEqual([
      [0, 20, 22],
      [1, 18],
    ]);
  });

  it('are forgotten but for the window, and for long only of the strongest, while there is no zone', () => {
    const anchors = anchorsOf(
      [0, 8, -60],
      [0, 9, -60],
      [0, 22, -60],
      [1, 12, -50],
      [2, 12, -90],
      [2, 18, -90],
    );
    expect(kept(strongest(anchors, 21, defaultParameters))).toEqual([
      [0, 9, 22],
      [1, 12],
      [2, 12, 18],
    ]);
    // What is open has no say in who is strong.
    pour(anchors, 3, 21, -20);
    expect(kept(strongest(anchors, 21, { ...defaultParameters, anchorsKept: 2 }))).toEqual([
      [1, 12],
      [0, 9, 22],
      [2, 18],
      [3, 21],
    ]);
  });
});

describe('anchorKeyOf', () => {
  it('tells a gateway from a beacon', () => {
    expect([anchorKeyOf(gateway('x')), anchorKeyOf(beacon('x'))]).toEqual(['g:x', 'b:x']);
  });
});
