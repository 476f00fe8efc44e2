import {
  withGroupsInOrder,
  whyNot,
  type ContactPolicy,
  type GroupMember,
  type Worth,
} from '../limits/index.js';
import type { LiveOffer } from '../offers/index.js';
import { savingOf } from './choosing/index.js';
import type { Considered } from './decision.js';

interface Member extends GroupMember {
  each: Considered;
}

/** The ranking with each exclusion group's own order in it. */
export function inGroupOrder(
  ranked: readonly Considered[],
  { exclusionGroups }: ContactPolicy,
): Considered[] {
  if (exclusionGroups.every(({ mode }) => mode === 'priority')) return [...ranked];
  const open = ranked.filter(({ reasons }) => reasons.length === 0);
  const ordered = withGroupsInOrder(open.map(memberOf), exclusionGroups).map(({ each }) => each);
  return ranked.map((each) => (each.reasons.length === 0 ? (ordered.shift() ?? each) : each));
}

/** Of each group with an order of its own only the first, in that order, which stands for the group. */
export function headsOfGroups(open: readonly Considered[], { exclusionGroups }: ContactPolicy): Considered[] {
  const seen = new Set<string>();
  return open.filter(({ offer: { document } }) => {
    const group = document.exclusionGroup;
    if (group === undefined || !exclusionGroups.some((rule) => rule.group === group)) return true;
    return !seen.has(group) && seen.add(group);
  });
}

/** Says of every other offer that could have been made why it is not. */
export function sayOutranked(
  considered: readonly Considered[],
  winner: Considered,
  { exclusionGroups }: ContactPolicy,
): void {
  const group = winner.offer.document.exclusionGroup;
  const rule = exclusionGroups.find((each) => each.group === group);
  for (const each of considered) {
    if (each === winner || each.reasons.length > 0) continue;
    const isRival = rule !== undefined && each.offer.document.exclusionGroup === group;
    each.reasons.push(
      isRival
        ? { code: 'exclusion-group', detail: whyNot(memberOf(each), memberOf(winner), rule.mode) }
        : { code: 'outranked', detail: `${winner.offer.document.name} came first` },
    );
  }
}

function memberOf(each: Considered): Member {
  const { name, exclusionGroup } = each.offer.document;
  return { each, name, group: exclusionGroup, worth: () => worthOf(each.offer) };
}

/**
 * What the reward saves the shopper on one piece of what the offer leads to, and what that piece then earns. The first
 * product that the offer names speaks for all.
 */
function worthOf({ document: { reward }, target: { products, gift } }: LiveOffer): Worth {
  const [product] = products;
  const price = product?.price?.amount;
  const currency = product?.price?.currency;
  const saved = savingOf(reward, { price, currency, giftPrice: gift?.price?.amount });
  const cost = reward.type === 'gift' ? gift?.unitCost?.amount : saved;
  const unitCost = product?.unitCost?.amount;
  const isKnown = price !== undefined && unitCost !== undefined && cost !== undefined;
  return { toShopper: saved, margin: isKnown ? price - unitCost - cost : undefined };
}
