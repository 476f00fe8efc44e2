import fc from 'fast-check';
import { compileRule, FieldRegistry, type Rule } from '../../rules/index.js';
import { HOUR_MS, type ShopperId, type ShopperView, type StoreId } from '../../shared/index.js';
import {
  factsWithoutVisit,
  lastDue,
  movesOf,
  segmentsOf,
  shortened,
  type JudgedSegment,
} from './membership.rules.js';

const NOW = Date.UTC(2026, 5, 30, 23, 30);
const view = (over: Partial<ShopperView> = {}): ShopperView => ({
  shopperId: 'ada' as ShopperId,
  attributes: {},
  consents: { location: true, profiling: true, push: false, clienteling: false },
  preferences: { mutedCategories: [] },
  activity: { visits: 0 },
  replenishment: new Map(),
  mainBrands: new Map(),
  ...over,
});
const zoneOf = (storeId: StoreId) => (storeId === 'north' ? 'Asia/Tokyo' : undefined);

const registry = new FieldRegistry([
  {
    field: 'visits.count',
    label: 'Visits',
    description: 'Visits',
    type: 'number',
    read: ({ shopper }) => shopper.activity.visits,
  },
]);
const atLeast = (visits: number): JudgedSegment => {
  const rule: Rule = { field: 'visits.count', operator: '>=', value: visits };
  return { segmentId: `from-${visits}`, holds: compileRule(rule, registry) };
};

describe('the facts by which a segment judges', () => {
  it('go by the shopper’s own clock, else that of the home store, else UTC', () => {
    const dateOf = (over: Partial<ShopperView>) => factsWithoutVisit(view(over), NOW, zoneOf).local.date;
    expect(dateOf({ timeZone: 'Asia/Tokyo' })).toBe('2026-07-01');
    expect(dateOf({ homeStoreId: 'north' as StoreId })).toBe('2026-07-01');
    expect(dateOf({ homeStoreId: 'gone' as StoreId })).toBe('2026-06-30');
    expect(dateOf({})).toBe('2026-06-30');
  });
});

describe('membership', () => {
  it('is of nobody without the consent to profiling', () => {
    const always: JudgedSegment = { segmentId: 'all', holds: () => true };
    const stranger = view({ consents: { ...view().consents, profiling: false } });
    expect(segmentsOf(factsWithoutVisit(stranger, NOW, zoneOf), [always])).toEqual([]);
    expect(segmentsOf(factsWithoutVisit(view(), NOW, zoneOf), [always])).toEqual(['all']);
  });

  it('equals the direct answer of the rules after any sequence of changes', () => {
    const change = fc.record({
      shopper: fc.constantFrom('a', 'b', 'c'),
      visits: fc.nat(6),
      profiling: fc.boolean(),
      judged: fc.boolean(),
    });
    const segments = [1, 3, 5].map(atLeast);
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const views = new Map<string, ShopperView>();
        const members = new Map<string, Set<string>>();
        const counts = new Map(segments.map(({ segmentId }) => [segmentId, 0]));
        const judge = (shopper: string): void => {
          const facts = factsWithoutVisit(views.get(shopper)!, NOW, zoneOf);
          const present = members.get(shopper) ?? new Set<string>();
          for (const { segmentId, entered } of movesOf(
            shopper as ShopperId,
            present,
            segmentsOf(facts, segments),
          )) {
            if (entered) present.add(segmentId);
            else present.delete(segmentId);
            counts.set(segmentId, (counts.get(segmentId) ?? 0) + (entered ? 1 : -1));
          }
          members.set(shopper, present);
        };
        for (const { shopper, visits, profiling, judged } of changes) {
          views.set(shopper, view({ activity: { visits }, consents: { ...view().consents, profiling } }));
          // Several changes may be worked in as one.
          if (judged) judge(shopper);
        }
        for (const shopper of views.keys()) judge(shopper);
        for (const [place, { segmentId }] of segments.entries()) {
          const direct = [...views].filter(
            ([, { activity, consents }]) => consents.profiling && activity.visits >= [1, 3, 5][place]!,
          );
          const found = [...members].filter(([, present]) => present.has(segmentId));
          expect(found.map(([shopper]) => shopper).sort()).toEqual(direct.map(([shopper]) => shopper).sort());
          expect(counts.get(segmentId)).toBe(direct.length);
        }
      }),
    );
  });

  it('moves nobody twice', () => {
    expect(movesOf('ada' as ShopperId, new Set(['a', 'b']), ['b', 'c'])).toEqual([
      { segmentId: 'c', shopperId: 'ada', entered: true },
      { segmentId: 'a', shopperId: 'ada', entered: false },
    ]);
    expect(movesOf('ada' as ShopperId, new Set(['a']), ['a'])).toEqual([]);
  });
});

describe('when rules that go by time are due', () => {
  it('is the last full hour', () => expect(lastDue(NOW, [])).toBe(NOW - HOUR_MS / 2));

  it('is a midnight that came after it, where clocks are not whole hours apart', () => {
    // 18:45 in UTC is 00:15 in India.
    const now = Date.UTC(2026, 5, 30, 18, 45);
    expect(lastDue(now, ['Asia/Kolkata', 'Europe/Paris'])).toBe(Date.UTC(2026, 5, 30, 18, 30));
  });

  it('does not skip the day that has no midnight', () => {
    // In Santiago clocks went from 24:00 to 01:00 on 6 September 2026, which is 04:00 in UTC.
    const now = Date.UTC(2026, 8, 6, 4, 10);
    expect(lastDue(now, ['America/Santiago'])).toBe(Date.UTC(2026, 8, 6, 4));
  });
});

describe('a step that is too much for one batch', () => {
  const step = { ids: ['a', 'b', 'c', 'd', 'e'] as ShopperId[], isLast: true };
  const costly = ['b', 'c', 'e'] as ShopperId[];

  it.each([
    [3, 5, true],
    [2, 4, false],
    [1, 2, false],
  ])('ends before there are more than %i of the costly', (most, taken, isLast) => {
    expect(shortened(step, costly, most)).toEqual({ ids: step.ids.slice(0, taken), isLast });
  });
});
