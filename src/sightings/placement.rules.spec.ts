import type { BeaconId, GatewayId, StoreId } from '../shared/index.js';
import type { Heard } from './hearing.js';
import { namedBy, nameGivenTo, placed, senderOf } from './placement.rules.js';

const STORE = 's1' as StoreId;
const gatewaysOf = (...entries: [id: string, hardwareId?: string][]) =>
  new Map(
    entries.map(
      ([id, hardwareId]) => [id as GatewayId, hardwareId === undefined ? {} : { hardwareId }] as const,
    ),
  );
const two = gatewaysOf(['g1', 'AC:23:3F:00:00:01'], ['g2', 'ac233f000002'], ['g3']);
const heard = (index: number, heardBy?: string): Heard => ({
  index,
  beaconIds: ['mac:c3000012ab34' as BeaconId],
  rssiDbm: -60,
  ...(heardBy === undefined ? {} : { heardBy }),
});
const placesOf = (...args: Parameters<typeof placed>): unknown[] =>
  placed(...args).hearings.map(({ anchor }) => ('gatewayId' in anchor ? anchor.gatewayId : undefined));

describe('the gateway that a door names', () => {
  it.each([
    [{ kind: 'known', gatewayId: 'g1' as GatewayId }, 'g1'],
    [{ kind: 'known', gatewayId: 'far' as GatewayId }, undefined],
    [{ kind: 'named', name: 'g2' }, 'g2'],
    [{ kind: 'named', name: 'AC233F000002' }, 'g2'],
    [{ kind: 'named', name: 'kitchen' }, undefined],
    [{ kind: 'named', name: '' }, undefined],
    [{ kind: 'unsaid' }, undefined],
  ] as const)('%j is %s', (sender, gatewayId) => {
    expect(namedBy(sender, two)).toBe(gatewayId);
  });
});

it('shows the name that a door gives, short', () => {
  expect(nameGivenTo({ kind: 'known', gatewayId: 'far' as GatewayId })).toBe('far');
  expect(nameGivenTo({ kind: 'named', name: 'k'.repeat(65_000) })).toBe('k'.repeat(64));
  expect(nameGivenTo({ kind: 'unsaid' })).toBeUndefined();
});

describe('the sender', () => {
  const g = (id: string): GatewayId => id as GatewayId;

  it.each([
    ['named, and the payload says nothing', g('g1'), undefined, { ok: true, value: 'g1' }],
    ['named, and the payload agrees', g('g1'), 'ac-23-3f-00-00-01', { ok: true, value: 'g1' }],
    ['named, without an address of its own', g('g3'), 'FFFFFFFFFFFF', { ok: true, value: 'g3' }],
    ['another than named', g('g1'), 'AC233F000002', { ok: false, why: 'wrong-gateway' }],
    ['said by the payload alone', undefined, 'AC:23:3F:00:00:02', { ok: true, value: 'g2' }],
    ['a device that nobody entered', undefined, 'FFFFFFFFFFFF', { ok: false, why: 'unknown-gateway' }],
    ['not said', undefined, undefined, { ok: true, value: undefined }],
  ])('is %s', (_, named, address, expected) => {
    expect(senderOf(named, address, two)).toMatchObject(expected);
  });
});

describe('a hearing', () => {
  it('is where the sender is', () => {
    const { hearings, gatewayIds } = placed([heard(0), heard(1)], 'g1' as GatewayId, STORE, two);
    expect(hearings).toMatchObject([
      { index: 0, storeId: 's1', anchor: { kind: 'gateway', gatewayId: 'g1' } },
      { index: 1, anchor: { gatewayId: 'g1' } },
    ]);
    expect([...gatewayIds]).toEqual(['g1']);
  });

  it('is where the device is that heard it, and only who heard has reported', () => {
    const all = [heard(0, 'ac:23:3f:00:00:02'), heard(1, 'AC233F000001'), heard(2, 'ac233f000002')];
    expect(placesOf(all, 'g3' as GatewayId, STORE, two)).toEqual(['g2', 'g1', 'g2']);
    expect([...placed(all, 'g3' as GatewayId, STORE, two).gatewayIds]).toEqual(['g2', 'g1']);
  });

  it('of a device that nobody entered is refused by its place', () => {
    const { hearings, refused } = placed(
      [heard(4, 'ffffffffffff'), heard(5, 'ac233f000001')],
      undefined,
      STORE,
      two,
    );
    expect(hearings).toHaveLength(1);
    expect(refused).toEqual([
      { index: 4, code: 'unknown-gateway', detail: 'no gateway has the hardwareId ffffffffffff' },
    ]);
  });

  it('stands at the only gateway, which has no address, whoever heard it', () => {
    const only = gatewaysOf(['g1']);
    const all = [heard(0, 'aaaaaaaaaaaa'), heard(1, 'bbbbbbbbbbbb')];
    expect(placesOf(all, 'g1' as GatewayId, STORE, only)).toEqual(['g1', 'g1']);
    expect(placesOf(all, 'g1' as GatewayId, STORE, gatewaysOf(['g1'], ['g2']))).toEqual([]);
    expect(placesOf(all, 'g1' as GatewayId, STORE, gatewaysOf(['g1', 'cccccccccccc']))).toEqual([]);
  });

  it('of nobody is refused; a payload without hearings is of its sender', () => {
    expect(placed([heard(0)], undefined, STORE, two).refused).toMatchObject([
      { index: 0, code: 'unknown-gateway' },
    ]);
    expect([...placed([], 'g2' as GatewayId, STORE, two).gatewayIds]).toEqual(['g2']);
    expect([...placed([], undefined, STORE, two).gatewayIds]).toEqual([]);
  });
});
