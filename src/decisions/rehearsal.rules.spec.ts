import { DEFAULT_POLICY } from '../limits/index.js';
import { draftSnapshot } from '../offers/index.js';
import type { PresenceChange } from '../presence/index.js';
import { FieldRegistry } from '../rules/index.js';
import type { ChangeId, ShopperId, ShopperView, StoreId, VisitId, ZoneId } from '../shared/index.js';
import { storeFields, type StoreLayout, type Zone } from '../stores/index.js';
import { Rehearsal } from './rehearsal.rules.js';

const AT = Date.parse('2026-11-23T11:00:00Z');
const fields = new FieldRegistry(storeFields);
const tea: Zone = { zoneId: 'tea' as ZoneId, name: 'Tea', kind: 'aisle', categories: ['tea'] };
const layout: StoreLayout = {
  storeId: 's1' as StoreId,
  name: 'Corner shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  openingHours: [],
  zones: new Map([[tea.zoneId, tea]]),
  gateways: new Map(),
  beacons: new Map(),
};
const view = (shopperId: ShopperId): ShopperView => ({
  shopperId,
  attributes: {},
  consents: { location: true, profiling: false, push: true, clienteling: false },
  preferences: { mutedCategories: [] },
  activity: { visits: 0 },
  replenishment: new Map(),
  mainBrands: new Map(),
});
const offer = {
  name: 'Tea time',
  kind: 'message',
  trigger: { on: ['zoneEntered'], categories: ['tea'] },
  content: { default: { title: 'Tea', body: 'Have some.' } },
  limits: { perShopper: [{ max: 1, per: 'visit' }], total: 2 },
};
const entered = (walker: string, atMs: number): PresenceChange => ({
  kind: 'zoneEntered',
  changeId: `${walker} ${atMs}` as ChangeId,
  shopperId: walker as ShopperId,
  storeId: layout.storeId,
  visitId: `visit of ${walker}` as VisitId,
  at: AT + atMs,
  zoneId: tea.zoneId,
});

function rehearsal(...offers: object[]): Rehearsal {
  const live = draftSnapshot(offers, fields, []);
  return new Rehearsal({ layoutOf: () => layout, live, policy: DEFAULT_POLICY, viewOf: view });
}

describe('a rehearsal', () => {
  it('makes an offer as the shop would, and keeps caps and counters as it goes', () => {
    const rehearsed = rehearsal(offer);
    const outcomes = [
      entered('a', 0),
      entered('a', 120_000),
      entered('b', 130_000),
      entered('c', 140_000),
    ].map((change) => rehearsed.decide(change, change.at)?.granted);
    expect(outcomes.map((granted) => granted?.reason ?? granted?.outcome)).toEqual([
      'offer',
      'offer-cap',
      'offer',
      'limit-reached',
    ]);
  });

  it('has nothing to decide where no offer is triggered', () => {
    const elsewhere = { ...offer, trigger: { on: ['zoneEntered'], categories: ['coffee'] } };
    expect(rehearsal(elsewhere).decide(entered('a', 0), AT)).toBeUndefined();
  });

  it('comes too late for what was found out too late', () => {
    expect(rehearsal(offer).decide(entered('a', 0), AT + 61_000)?.granted.reason).toBe('too-late');
  });
});

describe('draft offers', () => {
  it('are refused by their place', () => {
    expect(() => draftSnapshot([offer, { ...offer, kind: 'gossip' }], fields, [])).toThrow(
      /offers\[1\]\.kind/,
    );
    const rule = { combinator: 'and', rules: [{ field: 'no.such', operator: '=', value: 1 }] };
    expect(() => draftSnapshot([{ ...offer, eligibility: rule }], fields, [])).toThrow(/rule/);
  });
});
