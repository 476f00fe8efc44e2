import type { Instant, OfferId, VisitId } from '../shared/index.js';
import { periodOf, startOf } from './period.rules.js';

/** At most `max` offers within `per`. With a tag it is for offers that bear it, and counts those that bore it when made. */
export interface Cap {
  max: number;
  per: string;
  tag?: string | undefined;
  /** What anybody of the shopper's household was offered counts; without a household, what the shopper was. */
  perHousehold?: true | undefined;
}

/** An offer once made to a shopper, as caps remember it. */
export interface CapEvent {
  at: Instant;
  offerId: OfferId;
  visitId: VisitId;
  tags: readonly string[];
  exclusionGroup?: string | undefined;
  countsGlobally: boolean;
}

/** What an offer brings to its caps. */
export interface CappedOffer {
  offerId: OfferId;
  perShopper: readonly Cap[];
  tags: readonly string[];
  ignoresGlobalCaps: boolean;
  exclusionGroup?: string | undefined;
  /** In which time one offer of its group may be made; the visit where nothing is said. */
  exclusionPer?: string | undefined;
}

export interface CapMoment {
  now: Instant;
  visitId: VisitId;
  /** The shopper's zone, else the store's: calendar caps turn at its midnight. */
  timeZone: string;
}

export interface CapRefusal {
  code: 'offer-cap' | 'global-cap' | 'exclusion-group';
  detail: string;
  /** For the metric: which kind of period stopped it. */
  per: string;
}

/**
 * The first cap that keeps this offer from this shopper now, or undefined when none does. All caps hold
 * together; the offer's own come first, then its exclusion group (one offer of it in its time), then the global.
 *
 * @param events what the shopper was offered, at least as far back as the longest cap looks
 * @param household the same of everybody in the shopper's household, the shopper among them
 */
export function capRefusal(
  offer: CappedOffer,
  events: readonly CapEvent[],
  globalCaps: readonly Cap[],
  moment: CapMoment,
  household: readonly CapEvent[] = events,
): CapRefusal | undefined {
  const counted = (cap: Cap): readonly CapEvent[] => (cap.perHousehold === true ? household : events);
  for (const cap of offer.perShopper) {
    const own = counted(cap).filter(({ offerId }) => offerId === offer.offerId);
    const seen = countWithin(own, cap, moment);
    if (seen >= cap.max) return refusal('offer-cap', cap, seen);
  }
  const excluded = exclusionRefusal(offer, events, moment);
  if (excluded !== undefined) return excluded;
  if (offer.ignoresGlobalCaps) return undefined;
  for (const cap of globalCaps) {
    const isMeant = ({ tags }: { tags: readonly string[] }): boolean =>
      cap.tag === undefined || tags.includes(cap.tag);
    if (!isMeant(offer)) continue;
    const counting = counted(cap).filter((event) => event.countsGlobally && isMeant(event));
    const seen = countWithin(counting, cap, moment);
    if (seen >= cap.max) return refusal('global-cap', cap, seen);
  }
  return undefined;
}

/** How far back the events must be read so that every one of these caps can be judged. */
export function earliestNeeded(caps: readonly Cap[], now: Instant, timeZone: string): Instant {
  return caps.reduce(
    (earliest, cap) => Math.min(earliest, startOf(periodOf(cap.per), now, timeZone) ?? now),
    now,
  );
}

function countWithin(events: readonly CapEvent[], cap: Cap, { now, visitId, timeZone }: CapMoment): number {
  const since = startOf(periodOf(cap.per), now, timeZone);
  return events.filter((event) => (since === undefined ? event.visitId === visitId : event.at > since))
    .length;
}

function exclusionRefusal(
  { exclusionGroup: group, exclusionPer: per = 'visit' }: CappedOffer,
  events: readonly CapEvent[],
  moment: CapMoment,
): CapRefusal | undefined {
  if (group === undefined) return undefined;
  const ofGroup = events.filter(({ exclusionGroup }) => exclusionGroup === group);
  if (countWithin(ofGroup, { max: 1, per }, moment) === 0) return undefined;
  const when = per === 'visit' ? 'in this visit' : `within ${per}`;
  return { code: 'exclusion-group', detail: `an offer of the group ${group} was made ${when}`, per };
}

function refusal(
  code: 'offer-cap' | 'global-cap',
  { max, per, tag, perHousehold }: Cap,
  seen: number,
): CapRefusal {
  const what = tag === undefined ? 'offers' : `offers tagged ${tag}`;
  const whose = perHousehold === true ? ' and household' : '';
  return { code, detail: `${seen} of at most ${max} ${what} per ${per}${whose}`, per };
}
