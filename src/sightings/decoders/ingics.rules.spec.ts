import { decoded, HEX, MAC, NAMES, outcome, PACKET } from '../../../test/support/decoding.js';
import { ingics } from './ingics.rules.js';

describe('Ingics', () => {
  const GATEWAY = '806172c89c09';
  const line = (more = ''): string => `$GPRP,C3000012AB34,806172C89C09,-44,${PACKET}${more}`;

  it.each(['\r\n', '\n'])('reads lines ended by %j: the beacon before the gateway', (end) => {
    const text = [line(), line(',1795341600'), line(',1795341600.250'), ''].join(end);
    const { gatewayHardwareId, heard } = decoded(ingics, text);
    expect(gatewayHardwareId).toBe(GATEWAY);
    expect(heard.map(({ observedAt }) => observedAt)).toEqual([
      undefined,
      1_795_341_600_000,
      1_795_341_600_250,
    ]);
    expect(heard[0]).toEqual({ index: 0, beaconIds: NAMES, rssiDbm: -44, measuredPowerDbm: -59 });
  });

  it.each(['GPRP', 'RSPR', 'SRRP', 'LRAD', 'LRSR', '1MAD', '1MSR'])('reads %s reports', (type) => {
    expect(decoded(ingics, { data: [line().replace('GPRP', type)] }).heard).toHaveLength(1);
  });

  it('reads the objects of newer iGS03, alone, in a list, and one a line', () => {
    const report = {
      type: 'GPRP',
      tag: 'C3000012AB34',
      gw: '806172C89C09',
      rssi: -44,
      ts: 1_795_341_600.25,
      raw_data: PACKET,
    };
    const { gw: reader, ...other } = report;
    for (const body of [
      report,
      [report],
      { data: [{ ...other, reader }] },
      `${JSON.stringify(report)}\n{"type":"HEARTBEAT"}\n`,
    ]) {
      expect(decoded(ingics, body)).toMatchObject({
        gatewayHardwareId: GATEWAY,
        heard: [{ beaconIds: NAMES, observedAt: 1_795_341_600_250 }],
        refused: [],
      });
    }
  });

  it('reads what the gateway itself decoded, under the names of its types', () => {
    const row = { ts: 1_795_341_600.25, gw: '806172C89C09', tag: 'C3000012AB34', rssi: -44 };
    const iBeacon = { ...row, type: 'iBeacon', uuid: HEX.toUpperCase(), major: 7, minor: 11, ref_tx: -59 };
    const unknown = { ...row, type: 'Unknown', raw_data: PACKET };
    const sensor = { ...row, type: 'iBS03T', vbatt: 3.01, btn: false, temp: 25.05, rh: 70 };
    const { battery, ...older } = { ...sensor, vbatt: undefined, battery: 2.64 };
    const { heard, refused, telemetry } = decoded(ingics, {
      data: [iBeacon, unknown, sensor, { ...older, battery }, { ...iBeacon, major: -1 }],
    });
    expect(heard.map(({ beaconIds, measuredPowerDbm }) => [beaconIds, measuredPowerDbm])).toEqual([
      [NAMES, -59],
      [NAMES, -59],
      [[MAC], undefined],
      [[MAC], undefined],
    ]);
    expect(refused).toMatchObject([{ index: 4, code: 'invalid-format' }]);
    expect(telemetry).toEqual([
      { beaconIds: [MAC], batteryMillivolts: 3_010 },
      { beaconIds: [MAC], batteryMillivolts: 2_640 },
    ]);
  });

  it('takes an empty payload, ignores heartbeats and positions, and names the rest', () => {
    const text = [
      '$GPRP,C3000012AB34,806172C89C09,-2,',
      '$GPRP,C3000012AB34,806172C89C09,-2,,1795341600',
      '$HBRP,806172C89C09,806172C89C09,-127,00000000,1795341500',
      '$GPSR,806172C89C09,806172C89C09,-127,200608,073549,-24.99,121.42,0.0,3.5,1591609841.895',
      'noise',
      '$XXXX,C3000012AB34,806172C89C09,-2,',
      '$GPRP,C3000012AB34,806172C89C09',
    ].join('\r\n');
    const { heard, refused, sentAt } = decoded(ingics, text);
    expect(heard).toMatchObject([{ beaconIds: [MAC] }, { observedAt: 1_795_341_600_000 }]);
    expect(refused).toMatchObject([
      { index: 4, code: 'malformed-row' },
      { index: 5, code: 'unknown-type' },
      { index: 6, code: 'required' },
    ]);
    expect(sentAt).toBeUndefined();
  });

  it('believes the clock of a heartbeat that comes alone', () => {
    const { sentAt } = decoded(ingics, '$HBRP,806172C89C09,806172C89C09,-127,00000000,1795341500');
    expect(sentAt).toBe(1_795_341_500_000);
  });

  it('of several gateways says which heard', () => {
    const { heard } = decoded(ingics, [line(), line().replace('806172C89C09', '806172C89C10')]);
    expect(heard.map((each) => each.heardBy)).toEqual([undefined, '806172c89c10']);
  });

  it('with an object that is no report cannot be read', () => {
    expect(outcome(ingics, { rows: [] })).toMatchObject({ why: 'malformed-payload' });
  });
});
