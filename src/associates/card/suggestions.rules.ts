import type { Message } from '../../delivery/index.js';
import type { ReplenishmentItem } from '../../insights/index.js';
import { DAY_MS, MINUTE_MS, type Instant, type ZoneKind } from '../../shared/index.js';
import type { Card } from './card.dto.js';
import type { OfferMade, OfferState } from './card.rules.js';

export type Suggestion = Card['say'][number];

type StandingOffer = OfferMade & { state: OfferState };

/** What suggestions are made of. */
export interface Moment {
  timeZone: string;
  zone: { name: string; kind: ZoneKind; categories: readonly string[]; since: Instant } | undefined;
  /** What is due, the likeliest first. */
  due: readonly (ReplenishmentItem & { category: string })[];
  lookedAt: readonly { name: string; category: string | null; lastAt: string }[];
  /** Of today, the latest first. */
  offers: readonly StandingOffer[];
  /** The latest first. */
  messages: readonly Message[];
}

/** Whoever is served reads these in a glance. */
const MOST = 4;
const MOST_DUE = 2;
/** Longer than choosing usually takes; then somebody looks for something. */
const LINGERS_MS = 3 * MINUTE_MS;
/** Where people linger for other reasons, help is not what they want. */
const HELPED_IN: ReadonlySet<ZoneKind> = new Set(['aisle', 'department']);
const OPEN: ReadonlySet<OfferState> = new Set(['made', 'unreached', 'received', 'opened']);

/**
 * What is worth saying to a shopper now, the most worth first: a question of theirs, what runs out (here before
 * elsewhere), an offer they hold, what they looked at and left, help where they linger. Each with what speaks for it.
 */
export function suggestionsFor(moment: Moment, now: Instant): Suggestion[] {
  const clock = clockIn(moment.timeZone);
  const due = dueSuggestions(moment, now, clock);
  const spokenOf = new Set(due.flatMap(({ offer }) => offer ?? []));
  return [
    ...answerTo(moment.messages, clock),
    ...due.map(({ suggestion }) => suggestion),
    ...mentions(moment.offers, spokenOf, clock),
    ...productToShow(moment, clock),
    ...helpFor(moment.zone, now),
  ].slice(0, MOST);
}

interface Clock {
  time(at: string): string;
  day(at: string): string;
}

function answerTo(messages: readonly Message[], clock: Clock): Suggestion[] {
  const [latest] = messages;
  if (latest?.from !== 'shopper') return [];
  const reason = `they wrote at ${clock.time(latest.at)}, and nobody has answered`;
  return [{ code: 'answer-message', text: 'Answer their message', reason, about: null }];
}

function dueSuggestions(
  { due, zone, offers }: Moment,
  now: Instant,
  clock: Clock,
): { suggestion: Suggestion; offer: StandingOffer | undefined }[] {
  const isHere = (category: string): boolean => zone?.categories.includes(category) ?? false;
  return [...due]
    .sort((a, b) => Number(isHere(b.category)) - Number(isHere(a.category)))
    .slice(0, MOST_DUE)
    .map(({ category, intervalDays, lastPurchasedAt }) => {
      const offer = offers.find(({ categories, state }) => categories.includes(category) && OPEN.has(state));
      const last = Math.floor((now - Date.parse(lastPurchasedAt)) / DAY_MS);
      const reasons = [
        `last bought ${daysAgo(last)}, usually every ${days(Math.round(intervalDays))}`,
        ...(offer ? [standingOf(offer, clock)] : []),
      ];
      const text = `${capital(category)} may be running out${isHere(category) ? ': right here' : ''}`;
      return { suggestion: { code: 'due', text, reason: reasons.join('; '), about: category }, offer };
    });
}

/** Offers that can still be used and that nothing else speaks of; first those that only a person can tell. */
function mentions(offers: Moment['offers'], spokenOf: ReadonlySet<OfferMade>, clock: Clock): Suggestion[] {
  return offers
    .filter((offer) => OPEN.has(offer.state) && offer.title !== null && !spokenOf.has(offer))
    .sort((a, b) => Number(b.state === 'unreached') - Number(a.state === 'unreached'))
    .map((offer) => ({
      code: 'mention-offer',
      text: `${offer.state === 'unreached' ? 'Tell them of' : 'Mention'} “${offer.title ?? ''}”`,
      reason: standingOf(offer, clock),
      about: offer.title,
    }));
}

function productToShow({ lookedAt, zone }: Moment, clock: Clock): Suggestion[] {
  const here = lookedAt.find(({ category }) => category !== null && zone?.categories.includes(category));
  const product = here ?? lookedAt[0];
  if (product === undefined) return [];
  const reason = `looked at on ${clock.day(product.lastAt)}, and not bought since`;
  return [{ code: 'show-product', text: `Show ${product.name}`, reason, about: product.name }];
}

function helpFor(zone: Moment['zone'], now: Instant): Suggestion[] {
  if (zone === undefined || !HELPED_IN.has(zone.kind) || now - zone.since < LINGERS_MS) return [];
  const reason = `there for ${Math.floor((now - zone.since) / MINUTE_MS)} minutes`;
  return [{ code: 'offer-help', text: `Offer help at ${zone.name}`, reason, about: zone.name }];
}

/** `“Running low?” was offered at 14:02, not opened, good until 14:32`. */
function standingOf({ title, at, expiresAt, opened, state }: StandingOffer, clock: Clock): string {
  const name = title === null ? 'an offer' : `“${title}”`;
  const seen = state === 'unreached' ? 'on no phone yet' : opened ? 'opened' : 'not opened';
  return `${name} was offered at ${clock.time(at)}, ${seen}, good until ${clock.time(expiresAt)}`;
}

function clockIn(timeZone: string): Clock {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'long' });
  return { time: (at) => time.format(Date.parse(at)), day: (at) => day.format(Date.parse(at)) };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function days(count: number): string {
  return count === 1 ? 'day' : `${count} days`;
}

function daysAgo(count: number): string {
  if (count <= 0) return 'today';
  return count === 1 ? 'yesterday' : `${count} days ago`;
}
