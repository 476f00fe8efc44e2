import fc from 'fast-check';
import type { OfferId, VisitId } from '../shared/index.js';
import { capRefusal, earliestNeeded, type CapEvent, type CappedOffer } from './caps.rules.js';

const NOON = Date.parse('2026-03-29T10:00:00Z');
const offer = (over: Partial<CappedOffer> = {}): CappedOffer => ({
  offerId: 'a' as OfferId,
  perShopper: [],
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
    expect(capRefusal(offer(), [made(5, { tags: ['grocery'] })], caps, moment)?.code).toBe('global-cap');
    expect(capRefusal(offer(), [made(5, { tags: ['beauty'] })], caps, moment)).toBeUndefined();
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
