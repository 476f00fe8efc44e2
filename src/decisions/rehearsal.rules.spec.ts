import { DEFAULT_POLICY } from '../limits/index.js';
import { draftSnapshot } from '../offers/index.js';
import type { PresenceChange } from '../presence/index.js';
import { FieldRegistry } from '../rules/index.js';
import type { ChangeId, ShopperId, ShopperView, StoreId, VisitId, ZoneId } from '../shared/index.js';
import { storeFields, type StoreLayout, type Zone } from '../stores/index.js';
import { Rehearsal, type RehearsalSetting } from './rehearsal.rules.js';

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
  return rehearsalWith({}, ...offers);
}
function rehearsalWith(more: Partial<RehearsalSetting>, ...offers: object[]): Rehearsal {
  const live = draftSnapshot(offers, fields, []);
  return new Rehearsal({ layoutOf: () => layout, live, policy: DEFAULT_POLICY, viewOf: view, ...more });
}
const left = (walker: string, enteredMs: number, atMs: number): PresenceChange => ({
  ...(entered(walker, atMs) as PresenceChange & { kind: 'zoneEntered' }),
  kind: 'zoneExited',
  enteredAt: AT + enteredMs,
});

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

describe('what a rehearsal remembers beside offers', () => {
  const unlimited = { ...offer, limits: { ignoresGlobalCaps: true } };
  const reasons = (rehearsed: Rehearsal, changes: PresenceChange[]): (string | undefined)[] =>
    changes
      .map((change) => rehearsed.decide(change, change.at)?.granted)
      .filter((granted) => granted !== undefined)
      .map(
        ({ considered, outcome }) =>
          considered[0]?.reasons[0]?.path ?? considered[0]?.reasons[0]?.code ?? outcome,
      );

  it('re-arms a zone from when it was left', () => {
    const rearmed = { ...unlimited, trigger: { ...offer.trigger, rearmSeconds: 60 } };
    const walk = [
      entered('a', 0),
      entered('a', 30_000),
      left('a', 0, 40_000),
      entered('a', 99_999),
      left('a', 99_999, 100_000),
      entered('b', 100_500),
      entered('a', 160_000),
    ];
    expect(reasons(rehearsal(rearmed), walk)).toEqual([
      'offer',
      'offer',
      'trigger.rearmSeconds',
      'offer',
      'offer',
    ]);
    expect(reasons(rehearsal(unlimited), walk)).toEqual(Array(5).fill('offer'));
    expect(walk.map((change) => rehearsal(unlimited).concerns(change))[2]).toBe(false);
    expect(walk.map((change) => rehearsal(rearmed).concerns(change))[2]).toBe(true);
  });

  it('counts what was offered to the household where a cap asks', () => {
    const shared = { ...offer, limits: { perShopper: [{ max: 1, per: '1d', perHousehold: true }] } };
    const householdOf = (shopperId: ShopperId) => (shopperId === 'c' ? undefined : 'home');
    const walk = [entered('a', 0), entered('b', 1_000), entered('c', 2_000)];
    expect(reasons(rehearsalWith({ householdOf }, shared), walk)).toEqual(['offer', 'offer-cap', 'offer']);
    expect(reasons(rehearsal(shared), walk)).toEqual(['offer', 'offer', 'offer']);
  });

  it('spreads a budget over the day where it is told how the store fills', () => {
    const budget = { amount: 100, currency: 'EUR', per: 'day', pacing: 'openingHours' };
    const reward = { type: 'amountOff', value: { amount: 10, currency: 'EUR' } };
    const paced = { ...unlimited, reward, limits: { ...unlimited.limits, budget } };
    const rhythms = { paceIn: () => ({ part: 1, passed: 0.1 }) };
    const walk = ['a', 'b', 'c'].map((walker, index) => entered(walker, index));
    expect(reasons(rehearsalWith({ rhythms }, paced), walk)).toEqual(['offer', 'offer', 'budget-exhausted']);
    expect(reasons(rehearsal(paced), walk)).toEqual(['offer', 'offer', 'offer']);
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
