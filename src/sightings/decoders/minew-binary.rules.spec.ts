import { decoded, MAC, NAMES, outcome, PACKET } from '../../../test/support/decoding.js';
import { minew } from './minew.rules.js';

describe('Minew in BINARY-LONG', () => {
  const packet = (hex: string, rssi: string): string =>
    `${(hex.length / 2).toString(16).padStart(2, '0')}${hex}02${rssi}`;
  const binary = `bb0100000000ac233fc0aa010002c3000012ab340002${packet(PACKET, 'cf')}${packet('', 'd0')}c3000012ab350001${packet('', '7f')}dd`;

  it('is told by its bytes: senders, their packets, empty ones', () => {
    const { gatewayHardwareId, heard, refused } = decoded(minew, Buffer.from(binary, 'hex'));
    expect(gatewayHardwareId).toBe('ac233fc0aa01');
    expect(heard).toEqual([
      { index: 0, beaconIds: NAMES, rssiDbm: -49, measuredPowerDbm: -59 },
      { index: 1, beaconIds: [MAC], rssiDbm: -48 },
    ]);
    expect(refused).toMatchObject([{ index: 2, code: 'rssi-unknown' }]);
  });

  it('cut short keeps what came before', () => {
    const { heard, refused } = decoded(minew, Buffer.from(binary, 'hex').subarray(0, 60));
    expect(heard).toMatchObject([{ index: 0 }, { index: 1 }]);
    expect(refused).toMatchObject([{ index: 2, code: 'truncated' }]);
    const half = decoded(minew, Buffer.from(binary, 'hex').subarray(0, 30));
    expect(half).toMatchObject({ heard: [], refused: [{ index: 0, code: 'truncated' }] });
  });

  it.each([
    ['another binary format', 'bb0200000000'],
    ['less than its header', 'bb010000'],
    ['more packets than are taken', `bb0100000000ac233fc0aa010001c3000012ab34ffff${'0002cf'.repeat(10_001)}`],
  ])('of %s cannot be read', (_, hex) => {
    expect(outcome(minew, Buffer.from(hex, 'hex'))).toMatchObject({ ok: false, why: 'malformed-payload' });
  });
});
