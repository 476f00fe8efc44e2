import type { Message } from '../../delivery/index.js';
import type { ReplenishmentItem } from '../../insights/index.js';
import { SECOND_MS, toRfc3339, type Instant, type MainBrand, type ZoneKind } from '../../shared/index.js';
import type { Colleague, Note } from '../visits.dto.js';
import type { Card, OFFER_STATES } from './card.dto.js';
import { suggestionsFor } from './suggestions.rules.js';

export interface ProductSeen {
  /** Null: the catalogue has no such product, so there is nothing to say of it. */
  name: string | null;
  brand: string | null;
  category: string | null;
}

export type OfferState = (typeof OFFER_STATES)[number];

export interface OfferMade {
  offerId: string;
  title: string | null;
  categories: string[];
  at: string;
  expiresAt: string;
  closedAs: 'redeemed' | 'dismissed' | 'withdrawn' | 'expired' | null;
  /** A push service took it, or may have. */
  pushed: boolean;
  received: boolean;
  opened: boolean;
}

/** All that a card is made of. What comes of purchases is empty without `profiling`. */
export interface CardFacts {
  visitAlias: string;
  storeId: string;
  timeZone: string;
  startedAt: Instant;
  endedAt: Instant | null;
  zone:
    | { zoneId: string; name: string; kind: ZoneKind; categories: readonly string[]; since: Instant }
    | undefined;
  firstName: string | undefined;
  tier: string | undefined;
  assignedTo: Colleague | null;
  claim: { by: Colleague; at: Instant } | undefined;
  needs: readonly ReplenishmentItem[];
  /** By the group of products that can stand in for each other. */
  mainBrands: ReadonlyMap<string, MainBrand>;
  favourites: readonly ProductSeen[];
  lookedAt: readonly (ProductSeen & { lastAt: string })[];
  offers: readonly OfferMade[];
  notes: readonly Note[];
  messages: readonly Message[];
}

/** More than these nobody reads in ten seconds. */
const MOST = 5;
/** More likely than not needed before the next visit, or within days: then it is worth a word. */
const DUE_PROBABILITY = 0.5;
const DUE_DAYS = 2;
/** By then an app has acknowledged it, or a first push was accepted. */
const REACHED_WITHIN_MS = 15 * SECOND_MS;

/** What the person on the floor is shown: what is worth saying first, and nothing that is not needed for it. */
export function cardOf(facts: CardFacts, now: Instant): Card {
  const { visitAlias, storeId, firstName, tier, startedAt, endedAt, zone, claim } = facts;
  const due = dueOf(facts.needs);
  const lookedAt = facts.lookedAt.flatMap((product) => (isNamed(product) ? [product] : [])).slice(0, MOST);
  const offers = facts.offers.map((offer) => ({ ...offer, state: stateOf(offer, now) }));
  const isHere = endedAt === null;
  return {
    visitAlias,
    storeId,
    ...(firstName !== undefined && { firstName }),
    ...(tier !== undefined && { tier }),
    since: toRfc3339(startedAt),
    hereSeconds: secondsBetween(startedAt, endedAt ?? now),
    leftAt: endedAt === null ? null : toRfc3339(endedAt),
    zone: zone && isHere ? shownZone(zone, now) : null,
    assignedTo: facts.assignedTo,
    claimedBy: claim?.by ?? null,
    claimedAt: claim === undefined ? null : toRfc3339(claim.at),
    say: isHere ? suggestionsFor({ ...facts, due, lookedAt, offers }, now) : [],
    due: due.map(shownNeed),
    brands: brandsOf(facts.mainBrands),
    favourites: facts.favourites.flatMap(productOf).slice(0, MOST),
    lookedAt: lookedAt.map(({ name, brand, category, lastAt }) => ({ name, brand, category, lastAt })),
    offers: offers.map(({ offerId, title, at, expiresAt, state }) => ({
      offerId,
      title,
      at,
      expiresAt,
      state,
    })),
    notes: [...facts.notes],
    messages: [...facts.messages],
  };
}

/** The furthest that an offer came. */
export function stateOf(
  { at, closedAs, expiresAt, pushed, received, opened }: OfferMade,
  now: Instant,
): OfferState {
  if (closedAs !== null) return closedAs;
  if (Date.parse(expiresAt) <= now) return 'expired';
  if (opened) return 'opened';
  if (received) return 'received';
  return pushed || now < Date.parse(at) + REACHED_WITHIN_MS ? 'made' : 'unreached';
}

type Need = ReplenishmentItem & { category: string };

function dueOf(needs: readonly ReplenishmentItem[]): Need[] {
  return needs
    .filter((need): need is Need => need.category !== undefined)
    .filter(
      ({ lapsed, dueProbability, daysUntilDue }) =>
        !lapsed && (dueProbability >= DUE_PROBABILITY || daysUntilDue <= DUE_DAYS),
    )
    .sort((a, b) => b.dueProbability - a.dueProbability)
    .slice(0, MOST);
}

function shownNeed({ category, daysUntilDue, intervalDays, dueProbability }: Need): Card['due'][number] {
  return {
    category,
    daysUntilDue: Math.round(daysUntilDue),
    intervalDays: Math.round(intervalDays),
    dueProbability: Math.round(dueProbability * 100) / 100,
  };
}

function brandsOf(mainBrands: CardFacts['mainBrands']): Card['brands'] {
  return [...mainBrands]
    .sort(([, a], [, b]) => b.units - a.units)
    .slice(0, MOST)
    .map(([of, { brand, ownBrand }]) => ({ brand, ownBrand, of }));
}

function shownZone({ zoneId, name, since }: NonNullable<CardFacts['zone']>, now: Instant): Card['zone'] {
  return { zoneId, name, since: toRfc3339(since), dwellSeconds: secondsBetween(since, now) };
}

function productOf(product: ProductSeen): Card['favourites'] {
  if (!isNamed(product)) return [];
  const { name, brand, category } = product;
  return [{ name, brand, category }];
}

function isNamed<Product extends ProductSeen>(product: Product): product is Product & { name: string } {
  return product.name !== null;
}

function secondsBetween(from: Instant, to: Instant): number {
  return Math.max(0, Math.round((to - from) / SECOND_MS));
}
