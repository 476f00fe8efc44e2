import fc from 'fast-check';
import type { OfferId, VisitId } from '../shared/index.js';
import { capRefusal, earliestNeeded, type CapEvent, type CappedOffer } from './caps.rules.js';

const NOON = Date.parse('2026-03-29T10:00:00Z');
const offer = (over: Partial<CappedOffer> = {}): CappedOffer => ({
  offerId: 'a' as OfferId,
  perShopper: [],
  tags: [],
  ignoresGlobalCaps: false,
  ...over,
});
const made = (minutesAgo: number, over: Partial<CapEvent> = {}): CapEvent => ({
  at: NOON - minutesAgo * 60_000,
  offerId: 'a' as OfferId,
  visitId: 'v1' as VisitId,
  tags: [],
  countsGlobally: true,
  ...over,
});
const moment = { now: NOON, visitId: 'v1' as VisitId, timeZone: 'Europe/Paris' };

describe('caps', () => {
  it('counts an offer against its own cap in the visit, not in another visit', () => {
    const capped = offer({ perShopper: [{ max: 1, per: 'visit' }] });
    expect(capRefusal(capped, [made(300)], [], moment)?.code).toBe('offer-cap');
    expect(capRefusal(capped, [made(300, { visitId: 'v0' as VisitId })], [], moment)).toBeUndefined();
  });

  it('lets a rolling window slide: an offer exactly as old as the window no longer counts', () => {
    const capped = offer({ perShopper: [{ max: 1, per: '2h' }] });
    expect(capRefusal(capped, [made(119)], [], moment)?.code).toBe('offer-cap');
    expect(capRefusal(capped, [made(120)], [], moment)).toBeUndefined();
  });

  it('turns a calendar day at the local midnight, on the night the clocks change too', () => {
    const capped = offer({ perShopper: [{ max: 1, per: 'calendar-day' }] });
    const lateYesterday = made(0, { at: Date.parse('2026-03-28T22:59:00Z') });
    const earlyToday = made(0, { at: Date.parse('2026-03-28T23:01:00Z') });
    expect(capRefusal(capped, [lateYesterday], [], moment)).toBeUndefined();
    expect(capRefusal(capped, [earlyToday], [], moment)?.code).toBe('offer-cap');
  });

  it('keeps "ignores the global caps" and "counts toward them" apart', () => {
    const caps = [{ max: 1, per: '1min' }];
    expect(capRefusal(offer(), [made(0.5)], caps, moment)?.code).toBe('global-cap');
    expect(capRefusal(offer({ ignoresGlobalCaps: true }), [made(0.5)], caps, moment)).toBeUndefined();
    expect(capRefusal(offer(), [made(0.5, { countsGlobally: false })], caps, moment)).toBeUndefined();
  });

  it('counts tags as they were when the offer was made', () => {
    const caps = [{ max: 1, per: '1d', tag: 'grocery' }];
    const grocery = offer({ tags: ['grocery'] });
    expect(capRefusal(grocery, [made(5, { tags: ['grocery'] })], caps, moment)?.code).toBe('global-cap');
    expect(capRefusal(grocery, [made(5, { tags: ['beauty'] })], caps, moment)).toBeUndefined();
  });

  it('by tag is no limit for offers that do not bear it', () => {
    const caps = [{ max: 1, per: '1d', tag: 'grocery' }];
    const beauty = offer({ tags: ['beauty'] });
    expect(capRefusal(beauty, [made(5, { tags: ['grocery'] })], caps, moment)).toBeUndefined();
  });

  it('counts what anybody of the household was offered, where a cap says so', () => {
    const theirs = [made(5, { visitId: 'v9' as VisitId })];
    const shared = offer({ perShopper: [{ max: 1, per: '1h', perHousehold: true }] });
    const own = offer({ perShopper: [{ max: 1, per: '1h' }] });
    expect(capRefusal(shared, [], [], moment, theirs)).toMatchObject({
      code: 'offer-cap',
      detail: '1 of at most 1 offers per 1h and household',
    });
    expect(capRefusal(own, [], [], moment, theirs)).toBeUndefined();
    const global = [{ max: 1, per: '1h', perHousehold: true as const }];
    expect(capRefusal(offer(), [], global, moment, theirs)?.code).toBe('global-cap');
    expect(capRefusal(offer(), [], global, moment)).toBeUndefined();
    expect(capRefusal(offer(), theirs, global, moment)?.code).toBe('global-cap');
  });

  it('makes one offer of an exclusion group a visit', () => {
    const grouped = offer({ exclusionGroup: 'coffee' });
    const rival = made(5, { offerId: 'b' as OfferId, exclusionGroup: 'coffee' });
    expect(capRefusal(grouped, [rival], [], moment)?.code).toBe('exclusion-group');
    expect(capRefusal(grouped, [{ ...rival, visitId: 'v0' as VisitId }], [], moment)).toBeUndefined();
    expect(capRefusal(grouped, [{ ...rival, exclusionGroup: 'tea' }], [], moment)).toBeUndefined();
  });

  it('makes one offer of a group in the time that its group has, itself among them', () => {
    const grouped = offer({ exclusionGroup: 'coffee', exclusionPer: '1h' });
    const elsewhere = { visitId: 'v0' as VisitId, exclusionGroup: 'coffee' };
    expect(capRefusal(grouped, [made(59, elsewhere)], [], moment)).toMatchObject({
      code: 'exclusion-group',
      detail: 'an offer of the group coffee was made within 1h',
    });
    expect(capRefusal(grouped, [made(60, elsewhere)], [], moment)).toBeUndefined();
  });

  it.each([
    ['calendar-week', '2026-03-22T22:59:00Z', '2026-03-22T23:01:00Z'],
    ['calendar-month', '2026-02-28T22:59:00Z', '2026-02-28T23:01:00Z'],
  ])('turns a %s at its first local midnight', (per, before, after) => {
    const capped = offer({ perShopper: [{ max: 1, per }] });
    expect(capRefusal(capped, [made(0, { at: Date.parse(before) })], [], moment)).toBeUndefined();
    expect(capRefusal(capped, [made(0, { at: Date.parse(after) })], [], moment)?.code).toBe('offer-cap');
  });

  it('has 23 hours in the day on which the clocks go forward, 25 where they go back', () => {
    const capped = offer({ perShopper: [{ max: 1, per: 'calendar-day' }] });
    const at = (text: string) => Date.parse(text);
    const lengthOf = (midnight: string, lastMinute: string, next: string): boolean[] =>
      [lastMinute, next].map(
        (now) =>
          capRefusal(capped, [made(0, { at: at(midnight) + 1 })], [], { ...moment, now: at(now) }) !==
          undefined,
      );
    expect(lengthOf('2026-03-28T23:00:00Z', '2026-03-29T21:59:00Z', '2026-03-29T22:00:00Z')).toEqual([
      true,
      false,
    ]);
    expect(lengthOf('2026-10-24T22:00:00Z', '2026-10-25T22:59:00Z', '2026-10-25T23:00:00Z')).toEqual([
      true,
      false,
    ]);
  });

  it('never grants more than the cap, whatever the order in which grants are asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 60 }),
        (max, minutes) => {
          const capped = offer({ perShopper: [{ max, per: '1h' }] });
          const granted: CapEvent[] = [];
          for (const minute of [...minutes].sort((a, b) => b - a)) {
            const now = NOON - minute * 60_000;
            if (capRefusal(capped, granted, [], { ...moment, now }) === undefined) granted.push(made(minute));
          }
          const inAnyHour = granted.map(
            ({ at }) => granted.filter((other) => other.at > at - 3_600_000 && other.at <= at).length,
          );
          expect(Math.max(0, ...inAnyHour)).toBeLessThanOrEqual(max);
        },
      ),
    );
  });

  it('asks for events as far back as the longest cap looks', () => {
    const caps = [
      { max: 1, per: 'visit' },
      { max: 2, per: '30d' },
      { max: 1, per: 'calendar-day' },
    ];
    expect(earliestNeeded(caps, NOON, 'Europe/Paris')).toBe(NOON - 30 * 86_400_000);
  });
});
