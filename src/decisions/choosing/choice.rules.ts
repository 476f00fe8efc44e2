import { DEFAULT_EXPLORATION, type ContactPolicy } from '../../limits/index.js';
import type { Facts, Roll } from '../../shared/index.js';
import type { Considered, Reason, World } from '../decision.js';
import { drawnFrom, propensitiesOf } from './squarecb.rules.js';
import { worthOf, wouldBuyAnyway, type Worth } from './worth.rules.js';

/** Chance chooses among the best of so many: the ledger holds all of them, and no floor spreads over hundreds. */
const CHOSEN_AMONG = 10;

/**
 * Puts a value on what nothing speaks against, lets the policy speak against it, and puts the best first: under
 * `priority` by marketers' priority, then need, then age; under `incrementalValue` by value, then the same.
 */
export function ranked(considered: readonly Considered[], facts: Facts, world: World): Considered[] {
  const appraised = considered.map((each): Considered => {
    if (each.reasons.length > 0 || each.lead === undefined)
      return byValueIn(world.policy) ? unscored(each) : each;
    const worth = worthOf(each.offer, each.lead, each.score ?? 0, facts, world.economics);
    const reasons = [tooObvious(worth, world.policy), tooLittle(worth, world.policy)];
    const against = reasons.filter((reason) => reason !== undefined);
    return { ...each, worth, reasons: against, ...(byValueIn(world.policy) && { score: worth.value }) };
  });
  return appraised.sort(byValueIn(world.policy) ? byValue : byPriority);
}

/**
 * Chooses among what caps and counters let through, at least one: the first under `priority`, by SquareCB under
 * `incrementalValue`. Notes each one's propensity. The same chance gives the same choice.
 */
export function chosenFrom(open: readonly Considered[], policy: ContactPolicy, roll: Roll): Considered {
  const [first] = open;
  if (first === undefined) throw new RangeError('nothing to choose from');
  if (!byValueIn(policy)) {
    for (const each of open) each.propensity = Number(each === first);
    return first;
  }
  const best = [...open].sort(byValue).slice(0, CHOSEN_AMONG);
  // In parts of the largest margin, so that γ means the same in every currency and price range.
  const stake = Math.max(1, ...best.map(({ worth }) => Math.abs(worth?.margin ?? 0)));
  const propensities = propensitiesOf(
    best.map((each) => valueOf(each) / stake),
    policy.exploration ?? DEFAULT_EXPLORATION,
  );
  for (const each of open) each.propensity = propensities[best.indexOf(each)] ?? 0;
  return best[drawnFrom(propensities, roll)] ?? first;
}

/** What cannot be made has no value that would be worth telling. */
function unscored({ score: _need, ...considered }: Considered): Considered {
  return considered;
}

function byValueIn({ ranking }: ContactPolicy): boolean {
  return ranking === 'incrementalValue';
}

function tooObvious(worth: Worth, policy: ContactPolicy): Reason | undefined {
  if (!byValueIn(policy) || !wouldBuyAnyway(worth)) return undefined;
  return {
    code: 'would-buy-anyway',
    detail: `buys on this visit with ${percent(worth.organic)} anyway, with ${percent(worth.taken)} if offered: ${figures(worth)}`,
  };
}

function tooLittle(worth: Worth, { minimumValue }: ContactPolicy): Reason | undefined {
  if (minimumValue === undefined) return undefined;
  const isNumber = typeof minimumValue === 'number';
  const least = isNumber ? minimumValue : minimumValue.amount;
  // What is asked in one currency says nothing of what is sold in another.
  if (!isNumber && worth.currency !== undefined && worth.currency !== minimumValue.currency) return undefined;
  if (worth.value >= least) return undefined;
  return { code: 'below-minimum-value', detail: `needed ${least}: ${figures(worth)}` };
}

function figures({ value, margin, cost }: Worth): string {
  return `worth ${value.toFixed(1)}, with a margin of ${margin.toFixed(1)} and a cost of ${cost.toFixed(1)}`;
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

function valueOf({ worth }: Considered): number {
  return worth?.value ?? 0;
}

function byPriority(a: Considered, b: Considered): number {
  return (
    b.offer.document.priority - a.offer.document.priority ||
    (b.score ?? 0) - (a.score ?? 0) ||
    (a.offer.offerId < b.offer.offerId ? -1 : 1)
  );
}

/** What may be made first; then what fell short of the policy alone, the nearest first; then the rest. */
function byValue(a: Considered, b: Considered): number {
  return (
    standing(a) - standing(b) ||
    valueOf(b) - valueOf(a) ||
    b.offer.document.priority - a.offer.document.priority ||
    (a.offer.offerId < b.offer.offerId ? -1 : 1)
  );
}

function standing({ reasons, worth }: Considered): number {
  if (reasons.length === 0) return 0;
  return worth === undefined ? 2 : 1;
}
