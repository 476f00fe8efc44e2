import {
  capRefusal,
  drawRefusal,
  drawsOf,
  earliestNeeded,
  reserveOf,
  type CapEvent,
  type CapWindow,
  type ContactPolicy,
  type Draw,
} from '../limits/index.js';
import { isHeldOut, type LiveOffer } from '../offers/index.js';
import { seeded, type Instant, type Roll } from '../shared/index.js';
import { chosenFrom } from './choosing/index.js';
import type { Considered, Granted, Pending, Reason } from './decision.js';
import { headsOfGroups, inGroupOrder, sayOutranked } from './exclusion.rules.js';
import { rearmRefusal } from './rearm.rules.js';

/** What was read under the locks. `used` and `events` are the truth until the commit. */
export interface Locked {
  policy: ContactPolicy;
  /** Offers made to this shopper, as far back as any cap looks. */
  events: readonly CapEvent[];
  /** The same of the shopper's whole household; the shopper's own without one. */
  household?: readonly CapEvent[] | undefined;
  /** What all shoppers together have taken, by counter; a grant adds to it. */
  used: Map<string, number>;
  /** When the shopper last left the zone, where it had triggered: see `rearm.rules.ts`. */
  leftAt?: Instant | undefined;
  now: Instant;
  /** The chance that chooses under `incrementalValue`; that of the decision's id when left out, so that a replay agrees. */
  roll?: Roll;
}

/** A change this old tells of a moment that has passed; an offer for it would come to somebody who has moved on. */
const TOO_LATE_MS = 60_000;

/**
 * Grants what the policy chooses among the offers that caps and counters let through. The only thing it changes is
 * `locked.used`, so that the next decision of the same commit sees what this one took.
 */
export function grant(pending: Pending, locked: Locked): Granted {
  const policy = locked.policy.ranking;
  const considered = inGroupOrder(pending.considered, locked.policy).map((each) => ({
    ...each,
    reasons: [...each.reasons],
  }));
  if (locked.now - pending.at > TOO_LATE_MS)
    return silence(withReason(considered, tooLate(pending, locked.now)), policy);

  const open = considered.filter((each) => {
    if (each.reasons.length > 0) return false;
    const refusal = refusalOf(each.offer, pending, locked);
    if (refusal !== undefined) each.reasons.push(refusal);
    return refusal === undefined;
  });
  if (open.length === 0) return silence(considered, policy);

  const rivals = headsOfGroups(open, locked.policy);
  const winner = chosenFrom(rivals, locked.policy, locked.roll ?? (() => seeded(pending.decisionId)()));
  sayOutranked(considered, winner, locked.policy);
  const universalShare = locked.policy.universalHoldoutShare;
  const made = { winner: winner.offer, chosen: winner, policy, considered, universalShare };
  const heldOutOf = holdoutOf(winner.offer, pending, universalShare);
  if (heldOutOf !== undefined) {
    winner.reasons.push({ code: 'holdout', detail: wordsOfHoldout(heldOutOf, winner.offer, pending) });
    return { outcome: 'ghost', reason: 'holdout', heldOutOf, ...made };
  }
  for (const { key, takes } of drawsFor(winner.offer, pending)) {
    locked.used.set(key, (locked.used.get(key) ?? 0) + takes);
  }
  return { outcome: 'offer', ...made };
}

/** The counters that making this offer now would take from, in the order of their keys. */
export function drawsFor({ offerId, document }: LiveOffer, pending: Pending): Draw[] {
  const { storeId, at, storeTimeZone, paces } = pending;
  const offer = { offerId, limits: document.limits, reserve: reserveOf(document.reward) };
  return drawsOf(offer, { storeId, now: at, timeZone: storeTimeZone, pace: paces?.get(offerId) });
}

/** Every counter that some candidate of these decisions may take from. */
export function drawsOfAll(pendings: readonly Pending[]): Draw[] {
  return pendings.flatMap((pending) =>
    pending.considered
      .filter(({ reasons }) => reasons.length === 0)
      .flatMap(({ offer }) => drawsFor(offer, pending)),
  );
}

/** True where a cap of the policy, or of an offer that may be made, counts whole households. */
export function countHouseholds(pendings: readonly Pending[], policy: ContactPolicy): boolean {
  return (
    pendings.length > 0 &&
    (policy.globalCaps.some(({ perHousehold }) => perHousehold) ||
      pendings.some(({ considered }) =>
        considered.some(
          ({ offer, reasons }) =>
            reasons.length === 0 && offer.document.limits.perShopper.some(({ perHousehold }) => perHousehold),
        ),
      ))
  );
}

/** How far back, and in which visits, the caps of these decisions look. */
export function capWindowOf(pendings: readonly Pending[], policy: ContactPolicy): CapWindow {
  const since = pendings.map(({ considered, at, timeZone }) => {
    const caps = considered.flatMap(({ offer }) => offer.document.limits.perShopper);
    const groups = policy.exclusionGroups.map(({ per }) => ({ max: 1, per }));
    return earliestNeeded([...caps, ...policy.globalCaps, ...groups], at, timeZone);
  });
  return {
    shopperIds: pendings.map(({ shopperId }) => shopperId),
    visitIds: pendings.map(({ visitId }) => visitId),
    since: Math.min(...since),
  };
}

/** What a granted offer leaves behind for later caps. */
export function capEventOf({ offerId, document }: LiveOffer, { at, visitId }: Pending): CapEvent {
  return {
    at,
    offerId,
    visitId,
    tags: document.tags,
    exclusionGroup: document.exclusionGroup,
    countsGlobally: document.limits.countsTowardGlobalCaps,
  };
}

function refusalOf(
  offer: LiveOffer,
  pending: Pending,
  { policy, events, household, used, leftAt }: Locked,
): Reason | undefined {
  const { limits, exclusionGroup, tags } = offer.document;
  const capped = {
    offerId: offer.offerId,
    perShopper: limits.perShopper,
    tags,
    ignoresGlobalCaps: limits.ignoresGlobalCaps,
    exclusionGroup,
    exclusionPer: policy.exclusionGroups.find(({ group }) => group === exclusionGroup)?.per,
  };
  const moment = { now: pending.at, visitId: pending.visitId, timeZone: pending.timeZone };
  const rearming = rearmRefusal(offer, pending, policy, leftAt);
  if (rearming !== undefined) return rearming;
  const cap = capRefusal(capped, events, policy.globalCaps, moment, household);
  if (cap !== undefined) return { code: cap.code, detail: cap.detail };
  const draw = drawRefusal(drawsFor(offer, pending), used);
  return (
    draw && {
      code: draw.code,
      detail: `${used.get(draw.key) ?? 0} of ${draw.ceiling} are given; it would take ${draw.takes}`,
    }
  );
}

/** Out of what the shopper is held; the house's holdout is asked before the offer's. */
function holdoutOf(offer: LiveOffer, { shopperId }: Pending, universalShare: number): Granted['heldOutOf'] {
  if (isHeldOut('universal', shopperId, universalShare)) return 'all';
  return isHeldOut(offer.offerId, shopperId, offer.document.holdoutShare) ? 'offer' : undefined;
}

/** Why, and what the offer would have taken. */
function wordsOfHoldout(heldOutOf: 'all' | 'offer', offer: LiveOffer, pending: Pending): string {
  const whom = heldOutOf === 'all' ? 'held out of all offers' : 'held out of this offer';
  const taken = drawsFor(offer, pending).map(({ key, takes }) => `${takes} of ${key}`);
  return `${whom}, to measure what it earns; it would have taken ${taken.join(', ') || 'nothing of a limit'}`;
}

function tooLate(pending: Pending, now: Instant): Reason {
  return { code: 'too-late', detail: `the change is ${Math.round((now - pending.at) / 1_000)} s old` };
}

function withReason(considered: Considered[], reason: Reason): Considered[] {
  for (const each of considered) each.reasons.unshift(reason);
  return considered;
}

/** Silence for the first reason that stood against the best offer. */
function silence(considered: Considered[], policy: Granted['policy']): Granted {
  const reason = considered[0]?.reasons[0]?.code;
  return { outcome: 'silence', policy, considered, ...(reason === undefined ? {} : { reason }) };
}
