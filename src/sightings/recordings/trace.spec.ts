import type { BeaconId, GatewayId, ShopperId, StoreId, VisitId, ZoneId } from '../../shared/index.js';
import type { StoreDocument } from '../../stores/index.js';
import type { Sighting } from '../sighting.js';
import { TraceReader, checkInLine, headerLine, sightingLine } from './trace.js';

const AT = Date.parse('2026-11-22T10:00:00Z');
const DOOR = 'ibeacon:00000000-1111-2222-3333-444444444444:1:1' as BeaconId;
const store: StoreDocument = {
  name: 'Corner shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [{ zoneId: 'tea' as ZoneId, name: 'Tea', kind: 'aisle' }],
  gateways: [{ gatewayId: 'g1' as GatewayId, zoneId: 'tea' as ZoneId }],
  beacons: [{ beaconId: DOOR, zoneId: 'tea' as ZoneId }],
};
const HEADER = headerLine({ storeId: 's1' as StoreId, store, recordedAt: AT });

const heard: Sighting = {
  shopperId: 'ann' as ShopperId,
  storeId: 's1' as StoreId,
  anchor: { kind: 'gateway', gatewayId: 'g1' as GatewayId },
  rssiDbm: -61,
  observedAt: AT + 1_500,
  receivedAt: AT + 1_750,
  sightingId: 'g1|mac:ac233f8c7cee|1',
};

function reader(): TraceReader {
  const begun = new TraceReader();
  begun.read(HEADER);
  return begun;
}

describe('a line of a trace', () => {
  it('says of a sighting when, who by pseudonym, where and how loud, and nothing else', () => {
    expect(sightingLine(heard, 'walker-3', AT)).toBe(
      '{"t":1500,"w":"walker-3","g":"g1","rssi":-61,"d":250}\n',
    );
  });

  it('is read back as what was written', () => {
    const anchor = { kind: 'beacon' as const, beaconId: DOOR };
    for (const sighting of [
      heard,
      { ...heard, anchor, measuredPowerDbm: -59, receivedAt: heard.observedAt },
    ]) {
      const item = reader().read(sightingLine(sighting, 'walker-3', AT));
      const sightingId = sighting.anchor.kind === 'gateway' ? 'g1' : DOOR;
      expect(item).toEqual({
        kind: 'sighting',
        sighting: { ...sighting, shopperId: 'walker-3', sightingId },
      });
    }
  });

  it('holds a check-in and a view', () => {
    const checkin = { ...heard, checkinId: 'c', visitId: 'v' as VisitId, zoneId: 'tea' as ZoneId };
    const line = checkInLine(checkin, 'walker-3', AT);
    expect(line).toBe('{"t":1500,"w":"walker-3","checkin":{"zoneId":"tea"},"d":250}\n');
    expect(reader().read(line)).toMatchObject({
      kind: 'checkin',
      checkin: { shopperId: 'walker-3', zoneId: 'tea', observedAt: AT + 1_500, receivedAt: AT + 1_750 },
    });
    expect(reader().read('{"w":"walker-3","view":{"locale":"fr"}}')).toEqual({
      kind: 'view',
      walker: 'walker-3',
      view: { locale: 'fr' },
    });
  });

  it.each([
    ['{"t":1', /^line 2: not JSON: /],
    ['[1]', 'line 2: expected an object'],
    ['{"t":1,"w":"a","rssi":-60}', 'line 2: expected either g (gateway) or b (beacon)'],
    [
      `{"t":1,"w":"a","g":"g1","b":"${DOOR}","rssi":-60}`,
      'line 2: expected either g (gateway) or b (beacon)',
    ],
    ['{"t":1,"w":"a","g":"g9","rssi":-60}', 'line 2: g: no gateway g9'],
    ['{"t":1,"w":"a","g":"g1","rssi":0}', /^line 2: rssi: /],
    ['{"t":1,"w":"a","g":"g1","rssi":-60,"mac":"x"}', 'line 2: mac: no such field'],
    ['{"t":"1","w":"a","g":"g1","rssi":-60}', /^line 2: t: /],
    ['{"t":1,"w":"a","checkin":{"zoneId":"x"}}', 'line 2: checkin.zoneId: no zone x'],
  ])('%s is refused by its line', (line, message) => {
    expect(() => reader().read(line)).toThrow(message);
  });

  it('must come after a first line that says what store it is', () => {
    expect(() => new TraceReader().read('{"t":1,"w":"a","g":"g1","rssi":-60}')).toThrow(/^line 1: .*trace: /);
    expect(() => new TraceReader().header).toThrow('line 1: the file is empty');
  });
});
