import type { ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';
import type { Sighting } from '../sightings/index.js';
import { encode } from './encoding.js';
import type { Held } from './held.js';
import { Known } from './known.js';
import { UNDECIDED, type Presence } from './state.js';

const id = (name: string): ShopperId => name as ShopperId;
const START = 1_790_000_000_000;

function heldOf(name: string, version = 'version1', part: Partial<Presence> = {}): Held {
  const presence: Presence = {
    shopperId: id(name),
    storeId: 'market' as StoreId,
    visitId: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001' as VisitId,
    startedAt: START,
    lastHeardAt: START + 5_000,
    openSecond: START / 1_000 + 2,
    competition: { ...UNDECIDED, zoneId: 'coffee' as ZoneId },
    stay: { zoneId: 'coffee' as ZoneId, enteredAt: START, dwellTold: 0 },
    hasty: undefined,
    anchors: [],
    stamp: 7,
    played: [],
    checkIns: [],
    ownPhone: false,
    pausedMs: 0,
    look: { at: START, heardUntil: START },
    ...part,
  };
  return { version, presence, state: encode(presence) };
}

const heard = (observedAt: number, storeId = 'market'): Sighting =>
  ({ storeId, observedAt }) as unknown as Sighting;

describe('what is known', () => {
  it('comes back as it was, the newest of each', () => {
    const known = new Known(10);
    known.set(id('ada'), heldOf('ada'));
    known.set(id('bob'), heldOf('bob'));
    known.set(id('ada'), heldOf('ada', 'version2', { pausedMs: 3 }));
    expect(known.get(id('ada'))).toEqual({ ...heldOf('ada', 'version2', { pausedMs: 3 }), state: undefined });
    expect(known.versionOf(id('bob'))).toBe('version1');
  });

  it('keeps the open seconds of somebody located, and only those', () => {
    const track = {
      second: START / 1_000 + 4,
      x: 1,
      y: 2,
      deviationX: 1,
      deviationY: 1,
      correlation: 0,
      velocityX: 0,
      velocityY: 0,
      velocityDeviationX: 1,
      velocityDeviationY: 1,
      gainX: 0,
      gainY: 0,
      louderDb: 0,
      louderDeviationDb: 1,
      locatedAt: START / 1_000 + 4,
      locatedSeconds: 3,
    };
    const played = [{ second: track.second, competition: { ...UNDECIDED, track } }];
    const known = new Known(10);
    known.set(id('ada'), heldOf('ada', 'version1', { played }));
    known.set(
      id('bob'),
      heldOf('bob', 'version1', { played: [{ second: track.second, competition: UNDECIDED }] }),
    );
    expect(known.get(id('ada'))?.presence?.played).toEqual(played);
    expect(known.get(id('bob'))?.presence?.played).toEqual([]);
  });

  it('knows that somebody is gone, and nothing of whom nothing is held', () => {
    const known = new Known(10);
    known.set(id('ada'), { version: 'version1', presence: undefined, state: undefined });
    expect(known.get(id('ada'))).toEqual({ version: 'version1', presence: undefined, state: undefined });
    known.set(id('ada'), { version: '', presence: undefined, state: undefined });
    expect(known.get(id('ada'))).toBeUndefined();
  });

  it('is of so many and no more, the last among them, and of whom was asked for before whom was not', () => {
    const known = new Known(3);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      known.set(id(name), heldOf(name));
      expect(known.get(id(name))).toBeDefined();
    }
    const left = ['a', 'b', 'c', 'd', 'e'].filter((name) => known.versionOf(id(name)) !== undefined);
    expect(left).toEqual(['c', 'd', 'e']);
    known.delete(id('d'));
    known.set(id('f'), heldOf('f'));
    expect(known.get(id('c'))).toBeDefined();
  });

  it('does without what is too long for it', () => {
    const known = new Known(3);
    const anchors = Array.from({ length: 200 }, (_, anchor) => ({
      anchor,
      buckets: [START / 1_000, -60, -60],
    }));
    known.set(id('ada'), heldOf('ada'));
    known.set(id('ada'), heldOf('ada', 'version2', { anchors }));
    expect(known.get(id('ada'))).toBeUndefined();
  });

  it('says of whom what is heard can wait', () => {
    const known = new Known(3);
    const calm = { from: START + 5_000, until: START + 7_000 };
    known.set(id('ada'), heldOf('ada'), calm);
    const isCalm = (sightings: Sighting[], oldest = START, soonMs = Infinity): boolean =>
      known.isCalm(id('ada'), sightings, oldest, soonMs);
    expect(isCalm([heard(START + 5_000), heard(START + 6_999)])).toBe(true);
    expect(isCalm([heard(START + 5_000), heard(START + 7_000)])).toBe(false);
    expect(isCalm([heard(START + 4_999)])).toBe(false);
    expect(isCalm([heard(START + 5_000, 'elsewhere')])).toBe(false);
    expect(isCalm([heard(START + 5_500)], START + 5_501)).toBe(false);
    expect(isCalm([heard(START + 5_600)], START, 600)).toBe(false);
    known.set(id('ada'), heldOf('ada'), calm, 2);
    expect(isCalm([heard(START + 5_600)], START, 600)).toBe(true);
    expect(known.isCalm(id('bob'), [heard(START + 5_500)], START, Infinity)).toBe(false);
  });
});
