import { randomBytes } from 'node:crypto';
import type { BeaconId, GatewayId, ShopperId, StoreId, VisitId, ZoneId } from '../../shared/index.js';
import type { Sighting } from '../sighting.js';
import { MOST_WAITING, Tape } from './tape.js';

const AT = Date.parse('2026-11-22T10:00:00Z');
const gateway = (gatewayId: string): Sighting['anchor'] => ({
  kind: 'gateway',
  gatewayId: gatewayId as GatewayId,
});
const heard: Sighting = {
  shopperId: 'ann' as ShopperId,
  storeId: 's1' as StoreId,
  anchor: gateway('g1'),
  rssiDbm: -61,
  observedAt: AT + 1_000,
  receivedAt: AT + 1_000,
  sightingId: '1',
};
const checkin = { ...heard, checkinId: 'c', visitId: 'v' as VisitId };

const tape = (): Tape =>
  new Tape(
    {
      recordingId: 'r',
      startedAt: AT,
      endsAt: AT + 60_000,
      store: {
        gateways: [{ gatewayId: 'g1' as GatewayId }],
        beacons: [{ beaconId: 'mac:aaaaaaaaaaaa' as BeaconId }],
        zones: [{ zoneId: 'tea' }],
      },
    },
    randomBytes(32),
  );

describe('a tape', () => {
  it('keeps what came in between start and end, and is empty once it was cut', () => {
    const recorded = tape();
    recorded.sighting(heard);
    recorded.sighting({ ...heard, receivedAt: AT - 1 });
    recorded.sighting({ ...heard, receivedAt: AT + 60_000 });
    recorded.checkin(checkin);
    recorded.checkin({ ...checkin, receivedAt: AT + 60_000 });
    expect(recorded.cut()).toMatchObject({ sightings: 1, checkins: 1, dropped: 0 });
    expect(recorded.cut()).toBeUndefined();
  });

  it('drops and counts what the recorded store does not have', () => {
    const recorded = tape();
    recorded.sighting({ ...heard, anchor: gateway('new') });
    recorded.checkin({ ...checkin, zoneId: 'new' as ZoneId });
    expect(recorded.cut()).toMatchObject({ lines: [], dropped: 2 });
  });

  it('drops and counts what is more than it holds, and what could not be written', () => {
    const recorded = tape();
    for (let count = 0; count < MOST_WAITING + 7; count += 1) recorded.sighting(heard);
    const cut = recorded.cut();
    expect(cut).toMatchObject({ sightings: MOST_WAITING, dropped: 7 });
    if (cut !== undefined) recorded.lose(cut);
    expect(recorded.cut()).toMatchObject({ lines: [], sightings: 0, dropped: MOST_WAITING + 7 });
  });
});
