import type { ShopperId, StoreId } from '../shared/index.js';
import type { Sighting } from '../sightings/index.js';
import type { StoreLayout } from '../stores/index.js';
import { defaultParameters } from './parameters.js';
import { isLook, workIn, type Place, type Work } from './work.rules.js';

const START = 1_790_000_000_000;
const shopperId = 'ada' as ShopperId;

function store(storeId: string): StoreLayout {
  return {
    storeId: storeId as StoreId,
    name: storeId,
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    openingHours: [],
    zones: new Map([
      ['coffee' as never, { zoneId: 'coffee' as never, name: 'Coffee', kind: 'aisle', categories: [] }],
    ]),
    gateways: new Map([['gw' as never, { zoneId: 'coffee' as never }]]),
    beacons: new Map(),
  };
}

const stores = new Map(['north', 'south'].map((id) => [id, store(id)]));

function placeOf(storeId: StoreId): Place | undefined {
  const layout = stores.get(storeId);
  let made = 0;
  const newId = (): string => `id-${(made += 1)}`;
  return layout && { layout, context: { newId, parameters: defaultParameters, dwellSeconds: [] } };
}

function heard(storeId: string, second: number): Sighting {
  const observedAt = START + second * 1_000;
  return {
    shopperId,
    storeId: storeId as StoreId,
    anchor: { kind: 'gateway', gatewayId: 'gw' as never },
    rssiDbm: -60,
    observedAt,
    receivedAt: observedAt,
    sightingId: `${storeId}-${second}`,
  };
}

const work = (part: Partial<Work>): Work => ({
  sightings: [],
  checkIns: [],
  forget: false,
  onlyIfPresent: false,
  ...part,
});

describe('working in what came of a shopper', () => {
  const { presence: present } = workIn(undefined, work({ sightings: [heard('north', 0)] }), START, placeOf);

  it('takes the stores in the order in which they were heard', () => {
    const sightings = [heard('south', 70), heard('south', 71), heard('north', 0), heard('north', 1)];
    const { presence, changes } = workIn(undefined, work({ sightings }), START + 71_000, placeOf);
    const visits = changes.filter(({ kind }) => kind.startsWith('visit'));
    expect(visits.map(({ kind, storeId }) => `${kind} ${storeId}`)).toEqual([
      'visitStarted north',
      'visitEnded north',
      'visitStarted south',
    ]);
    expect(presence?.storeId).toBe('south');
  });

  it('takes check-ins after sightings, under their own visit', () => {
    const checkin = {
      checkinId: 'c',
      visitId: 'v' as never,
      shopperId,
      storeId: 'north' as StoreId,
      zoneId: 'coffee' as never,
      observedAt: START + 500,
      receivedAt: START + 500,
    };
    const { presence, changes } = workIn(
      undefined,
      work({ sightings: [heard('north', 0)], checkIns: [checkin] }),
      START + 600,
      placeOf,
    );
    expect(changes.map(({ kind }) => kind)).toEqual(['visitStarted', 'zoneEntered', 'checkedIn']);
    expect(presence?.visitId).toBe('v');
  });

  it('looks for absence when nothing came', () => {
    const { presence, changes, nextLookAt } = workIn(present, work({}), START + 400_000, placeOf);
    expect(presence).toBeUndefined();
    expect(nextLookAt).toBeUndefined();
    expect(changes.map(({ kind }) => kind)).toEqual(['visitEnded']);
  });

  it('begins nothing anew by what waited, where the visit is over meanwhile', () => {
    const waited = work({ sightings: [heard('north', 2)], onlyIfPresent: true });
    expect(workIn(undefined, waited, START, placeOf)).toMatchObject({ presence: undefined, changes: [] });
    expect(workIn(present, waited, START, placeOf).presence).toMatchObject({ lastHeardAt: START + 2_000 });
  });

  it('forgets without a word, whatever else came', () => {
    const forgotten = workIn(
      present,
      work({ forget: true, sightings: [heard('north', 1)] }),
      START + 1_000,
      placeOf,
    );
    expect(forgotten).toEqual({
      presence: undefined,
      changes: [],
      fixes: [],
      impossible: 0,
      nextLookAt: undefined,
    });
  });

  it('leaves out a store it does not know, and looks again soon', () => {
    const unknown = work({ sightings: [heard('east', 1)] });
    expect(workIn(undefined, unknown, START, placeOf)).toMatchObject({ presence: undefined, changes: [] });
    expect(workIn(present, unknown, START, placeOf)).toEqual({
      presence: present,
      changes: [],
      fixes: [],
      impossible: 0,
      nextLookAt: START + 30_000,
    });
    const elsewhere = present && { ...present, storeId: 'east' as StoreId };
    expect(workIn(elsewhere, work({}), START + 999_000, placeOf).presence).toBe(elsewhere);
  });

  it('is no more than a look when there is nothing in it', () => {
    expect(isLook(work({}))).toBe(true);
    expect(isLook(work({ forget: true }))).toBe(false);
    expect(isLook(work({ sightings: [heard('north', 0)] }))).toBe(false);
  });
});
