import fc from 'fast-check';
import type { PresenceChange } from '../presence/index.js';
import { visitEffects } from './visit-effects.rules.js';

const change = (kind: string, at: number, more: object = {}): PresenceChange =>
  ({
    kind,
    at,
    changeId: `c${at}`,
    shopperId: 'ann',
    storeId: 's1',
    visitId: 'v1',
    ...more,
  }) as PresenceChange;

const whole = [
  change('visitStarted', 100, { startedAt: 90, via: 'sighting' }),
  change('zoneEntered', 110, { zoneId: 'door' }),
  change('zoneExited', 150, { zoneId: 'door', enteredAt: 110 }),
  change('zoneEntered', 150, { zoneId: 'coffee', previousZoneId: 'door' }),
  change('zoneDwelled', 170, { zoneId: 'coffee', enteredAt: 150, dwellSeconds: 20 }),
  change('zoneExited', 200, { zoneId: 'coffee', enteredAt: 150 }),
  change('visitEnded', 200, { startedAt: 90, endedAt: 200 }),
];

describe('what changes say of a visit', () => {
  it('is one visit and its stays', () => {
    expect(visitEffects(whole)).toEqual({
      visits: [
        { visitId: 'v1', shopperId: 'ann', storeId: 's1', startedAt: 90, endedAt: 200, via: 'sighting' },
      ],
      stays: [
        { visitId: 'v1', zoneId: 'door', enteredAt: 110, leftAt: 150 },
        { visitId: 'v1', zoneId: 'coffee', enteredAt: 150, leftAt: 200 },
      ],
    });
  });

  it('does not depend on the order in which they come', () => {
    const sorted = ({ visits, stays }: ReturnType<typeof visitEffects>) => ({
      visits,
      stays: [...stays].sort((a, b) => a.enteredAt - b.enteredAt),
    });
    const order = fc.shuffledSubarray(whole, { minLength: whole.length, maxLength: whole.length });
    fc.assert(
      fc.property(order, (changes) =>
        expect(sorted(visitEffects(changes))).toEqual(sorted(visitEffects(whole))),
      ),
    );
  });

  it('ends a mistaken stay when it began, and of several exits keeps the latest', () => {
    const { stays } = visitEffects([
      change('zoneExited', 160, { zoneId: 'coffee', enteredAt: 150, mistaken: true }),
      change('zoneExited', 190, { zoneId: 'door', enteredAt: 110 }),
      change('zoneExited', 150, { zoneId: 'door', enteredAt: 110 }),
    ]);
    expect(stays.map(({ zoneId, leftAt }) => [zoneId, leftAt])).toEqual([
      ['coffee', 150],
      ['door', 190],
    ]);
  });

  it('knows a visit that began with a check-in', () => {
    expect(visitEffects([change('checkedIn', 100, { checkinId: 'k' })]).visits[0]?.via).toBe('checkin');
  });
});
