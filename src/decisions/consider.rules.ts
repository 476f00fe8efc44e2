import { dueProbabilityIn, neverBought } from '../insights/index.js';
import { isStopped } from '../limits/index.js';
import { brandSwitchVerdict, leadOf, type LiveOffer } from '../offers/index.js';
import { conditionsOf, type Rule } from '../rules/index.js';
import { isWithinHours, localTime, type Facts, type HourRange } from '../shared/index.js';
import { ranked } from './choosing/index.js';
import type { Considered, Reason, World } from './decision.js';
import { likingFor } from './liking.rules.js';

type Check = (offer: LiveOffer, facts: Facts, world: World) => Reason | undefined;

/** In the order in which a person would ask; all are asked, so that the ledger tells all that it would have taken. */
const CHECKS: readonly Check[] = [
  withoutLocation,
  stopped,
  outsideSchedule,
  duringQuietHours,
  whileSnoozed,
  mutedCategory,
  withoutProfiling,
  ruleNotMet,
  notTheirBrand,
  notTheirCategory,
];

/**
 * Judges every live offer whose trigger matched, without any lock: what remains for the group commit are caps and
 * counters. Pure: the same facts and world give the same answer, now or in a replay.
 *
 * @returns best first: under `priority` higher priority, then the likelier need, then the older offer
 */
export function consider(candidates: readonly LiveOffer[], facts: Facts, world: World): Considered[] {
  const considered = candidates.map((offer): Considered => {
    const reasons = CHECKS.map((check) => check(offer, facts, world)).filter(
      (reason) => reason !== undefined,
    );
    const score = scoreOf(offer, facts);
    const lead = leadOf(offer, facts.shopper, (id) => world.live.stockOf(facts.storeId, id));
    if (lead.ok) return { offer, reasons, score, lead: lead.value };
    return { offer, reasons: [...reasons, { code: lead.why, detail: lead.detail }], score };
  });
  return ranked(considered, facts, world);
}

/** The need, raised or lowered by what the shopper said of offers alike. */
function scoreOf(offer: LiveOffer, facts: Facts): number {
  return needFor(offer, facts) + likingFor(offer.target.categories, facts.shopper);
}

/** The likeliest need among the categories the offer is about, 0 where nothing is known. */
function needFor(offer: LiveOffer, { shopper, at }: Facts): number {
  return [...offer.target.categories].reduce(
    (most, category) => Math.max(most, dueProbabilityIn(shopper, category, at) ?? 0),
    0,
  );
}

function withoutLocation(_: LiveOffer, { shopper }: Facts): Reason | undefined {
  return shopper.consents.location
    ? undefined
    : { code: 'no-consent', detail: 'the shopper has not consented to location' };
}

function stopped(_: LiveOffer, { storeId }: Facts, { policy }: World): Reason | undefined {
  return isStopped(policy, storeId)
    ? { code: 'stopped', detail: 'the contact policy has stopped all offers here' }
    : undefined;
}

function outsideSchedule(offer: LiveOffer, { at, local }: Facts): Reason | undefined {
  const { startsAt, endsAt, daysOfWeek, hours } = offer.document.schedule;
  const refuse = (detail: string): Reason => ({ code: 'outside-schedule', detail, path: 'schedule' });
  if (startsAt !== null && at < Date.parse(startsAt)) return refuse(`starts at ${startsAt}`);
  if (endsAt !== null && at >= Date.parse(endsAt)) return refuse(`ended at ${endsAt}`);
  if (daysOfWeek.length > 0 && !daysOfWeek.includes(local.isoWeekday)) {
    return refuse(`it is weekday ${local.isoWeekday}, the offer is for ${daysOfWeek.join(', ')}`);
  }
  return hours && !isWithinHours(local.minuteOfDay, hours)
    ? refuse(`the offer is for ${hours.from} to ${hours.to}`)
    : undefined;
}

/** The shopper's own quiet hours, by their own clock; and the house's, by the same. */
function duringQuietHours(_: LiveOffer, facts: Facts, { policy }: World): Reason | undefined {
  const { shopper, at, local } = facts;
  const { minuteOfDay } = shopper.timeZone === undefined ? local : localTime(at, shopper.timeZone);
  const within = (hours: HourRange | undefined): boolean =>
    hours !== undefined && isWithinHours(minuteOfDay, hours);
  const hours = [shopper.preferences.quietHours, policy.quietHours].find(within);
  return hours && { code: 'quiet-hours', detail: `quiet from ${hours.from} to ${hours.to}` };
}

function whileSnoozed(_: LiveOffer, { shopper, at }: Facts): Reason | undefined {
  const until = shopper.preferences.snoozeUntil;
  return until !== undefined && at < until
    ? { code: 'snoozed', detail: `the shopper wants none until ${new Date(until).toISOString()}` }
    : undefined;
}

function mutedCategory(offer: LiveOffer, { shopper }: Facts): Reason | undefined {
  const muted = shopper.preferences.mutedCategories.find((category) => offer.target.categories.has(category));
  return muted === undefined ? undefined : { code: 'muted', detail: `the shopper has muted ${muted}` };
}

function withoutProfiling(offer: LiveOffer, { shopper }: Facts): Reason | undefined {
  return !shopper.consents.profiling && asksAboutPerson(offer)
    ? { code: 'no-consent', detail: 'the offer asks about the person, who has not consented to profiling' }
    : undefined;
}

/** What anybody standing there may be asked about; all other fields are about the person. */
const IMPERSONAL = /^(store|stock|zone|visit|time)\./;

function asksAboutPerson({ document }: LiveOffer): boolean {
  const asks = (rule: Rule): boolean =>
    [...conditionsOf(rule)].some(({ condition }) => !IMPERSONAL.test(condition.field));
  return document.kind === 'brandSwitch' || document.target.fromBrand !== null || asks(document.eligibility);
}

function ruleNotMet(offer: LiveOffer, facts: Facts, { live }: World): Reason | undefined {
  return live.isMet(offer, facts) ? undefined : unmet(offer, facts);
}

/** Says why only when somebody reads it: the ledger keeps the best candidates, and most are none of them. */
function unmet(offer: LiveOffer, facts: Facts): Reason {
  let misses: ReturnType<LiveOffer['explain']> | undefined;
  const said = () => (misses ??= offer.explain(facts));
  return {
    code: 'rule-not-met',
    get detail() {
      const [first, ...more] = said();
      const others = more.length > 0 ? ` (and ${more.length} more)` : '';
      return `${first?.detail ?? 'the rule is not met'}${others}`;
    },
    get path() {
      return said()[0]?.path ?? 'eligibility';
    },
  };
}

function notTheirBrand(offer: LiveOffer, { shopper }: Facts): Reason | undefined {
  const verdict = brandSwitchVerdict(offer, shopper);
  return verdict.ok ? undefined : { code: 'irrelevant', detail: verdict.detail, path: verdict.path };
}

/**
 * A reminder of something is for those who buy it; and nobody is offered what they would never buy, once there is
 * enough history to say so. An offer that asks for just those is meant for them.
 */
function notTheirCategory(offer: LiveOffer, { shopper }: Facts): Reason | undefined {
  const categories = [...offer.target.categories];
  if (categories.length === 0 || !shopper.consents.profiling) return undefined;
  const isIrrelevant =
    offer.document.kind === 'replenishment'
      ? !categories.some((category) => shopper.replenishment.has(category))
      : categories.every((category) => neverBought(shopper, category)) && !asksWhoNeverBought(offer);
  if (!isIrrelevant) return undefined;
  return { code: 'irrelevant', detail: `has never bought ${categories.join(', ')}`, path: 'target' };
}

function asksWhoNeverBought({ document: { eligibility } }: LiveOffer): boolean {
  return [...conditionsOf(eligibility)].some(({ condition }) => condition.field === 'affinity.neverBought');
}
