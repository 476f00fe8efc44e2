import { decoded, MAC, NAMES, outcome, PACKET } from '../../../test/support/decoding.js';
import { kontakt } from './kontakt.rules.js';

describe('Kontakt.io', () => {
  const data = Buffer.from(PACKET, 'hex').toString('base64');
  const event = {
    rssi: -51,
    data,
    srData: 'someSrDataThatShouldBeBase64',
    timestamp: 1_795_341_599,
    deviceAddress: 'c3:00:00:12:ab:34',
  };
  const packet = (...events: unknown[]): object => ({
    version: 3,
    timestamp: 1_795_341_600,
    sourceId: 'gw1',
    sourceType: 'GATEWAY',
    events,
  });

  it('reads events in seconds and milliseconds, whatever the scan response', () => {
    const { gatewayHardwareId, sentAt, heard } = decoded(
      kontakt,
      packet(event, { ...event, timestamp: 1_795_341_599_500 }),
    );
    expect([gatewayHardwareId, sentAt]).toEqual(['gw1', 1_795_341_600_000]);
    expect(heard[0]).toEqual({
      index: 0,
      beaconIds: NAMES,
      rssiDbm: -51,
      measuredPowerDbm: -59,
      observedAt: 1_795_341_599_000,
    });
    expect(heard[1]?.observedAt).toBe(1_795_341_599_500);
  });

  it('reads its own frames: a battery, and a phone wrapped in an iBeacon', () => {
    const { heard, telemetry } = decoded(
      kontakt,
      packet(
        { ...event, data: 'DxZq/gIGAQpkBGFiY2RlZg==' },
        { ...event, data: 'AgEGGv9MAAIVav4CEgQBZARhYmNkZWZnaGlqawAE' },
      ),
    );
    expect(telemetry).toEqual([{ beaconIds: [MAC], batteryPercent: 100 }]);
    expect(heard[1]?.beaconIds).toEqual(['ibeacon:6afe0212-0401-6404-6162-636465666768:26986:27392', MAC]);
  });

  it('of version 4 says under ble what was heard, and other radios are not read', () => {
    const { deviceAddress, srData, data: advertised, ...rest } = event;
    const ble = { deviceAddress, srData, data: advertised };
    const { heard, refused } = decoded(kontakt, {
      ...packet({ ...rest, ble }, { ...rest, rssi: 127, ble }, rest),
      version: 4,
    });
    expect(heard).toMatchObject([
      { index: 0, beaconIds: NAMES, rssiDbm: -51, observedAt: 1_795_341_599_000 },
    ]);
    expect(refused).toMatchObject([{ index: 1, code: 'rssi-unknown' }]);
  });

  it('names bad events by place, and refuses another body', () => {
    const { heard, refused } = decoded(kontakt, packet(7, { ...event, rssi: 127 }, { ...event, data: 7 }));
    expect(refused).toMatchObject([
      { index: 0, code: 'wrong-type' },
      { index: 1, code: 'rssi-unknown' },
    ]);
    expect(heard).toMatchObject([{ index: 2, beaconIds: [MAC] }]);
    expect(outcome(kontakt, { version: 2 })).toMatchObject({ why: 'malformed-payload' });
  });
});
