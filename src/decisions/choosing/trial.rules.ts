import { qualifying } from '../../offers/index.js';
import { HOUR_MS, toRfc3339, type DecisionId, type Instant, type OfferId } from '../../shared/index.js';
import type { Considered, Pending } from '../decision.js';
import { creditOf, nodesOf, weightOf, type Tally } from './responses.rules.js';

/** As long as a visit may last: what is bought later is of another visit, unless the coupon says otherwise. */
export const FOLLOWED_WITHIN_MS = 4 * HOUR_MS;

/** An offer that was made, and what of it is in the tallies. */
export interface Trial {
  decisionId: DecisionId;
  offerId: OfferId;
  kind: string;
  category: string | undefined;
  response: number;
  taken: number;
  need: number;
  madeAt: Instant;
  /** What the tallies have of it: undefined nothing yet. */
  counted: boolean | undefined;
}

/**
 * The row by which an offer is learned from; none where nothing could follow from it, and for shoppers whose purchases
 * may not be used.
 */
export function trialRow(
  { offer, lead, worth }: Considered,
  { decisionId, at, facts }: Pick<Pending, 'decisionId' | 'at' | 'facts'>,
): object | undefined {
  const followed = qualifying(offer, lead?.product);
  const isAboutNothing = followed.productIds.length + followed.categories.length === 0;
  if (worth === undefined || isAboutNothing || !facts.shopper.consents.profiling) return undefined;
  const [category] = offer.target.categories;
  const { organic, response, taken, need, margin, cost } = worth;
  return {
    decision_id: decisionId,
    offer_id: offer.offerId,
    kind: offer.document.kind,
    category: category ?? null,
    product_ids: followed.productIds,
    categories: followed.categories,
    ...{ organic, response, taken, need, margin, cost },
    made_at: toRfc3339(at),
    look_at: toRfc3339(at + FOLLOWED_WITHIN_MS),
  };
}

/** What is known of a trial by now. A purchase counts at once; that there was none, when the visit must be over. */
export function outcomeAt(
  { madeAt }: Pick<Trial, 'madeAt'>,
  bought: boolean,
  now: Instant,
): boolean | undefined {
  return bought || now >= madeAt + FOLLOWED_WITHIN_MS ? bought : undefined;
}

/**
 * What the tallies gain, by node, when these trials are counted as they are now: the difference from what they have of
 * them, so that counting twice is counting once, and a return takes back what the purchase gave.
 */
export function gains(
  trials: readonly { trial: Trial; outcome: boolean | undefined }[],
): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const { trial, outcome } of trials) {
    const weight = weightOf(trial.madeAt);
    const more = weight * (Number(outcome !== undefined) - Number(trial.counted !== undefined));
    const bought = Number(outcome === true) - Number(trial.counted === true);
    const successes = weight * bought * creditOf(trial);
    if (more === 0 && successes === 0) continue;
    for (const node of nodesOf(trial)) {
      const tally = tallies.get(node) ?? { trials: 0, successes: 0, needs: 0 };
      tallies.set(node, {
        trials: tally.trials + more,
        successes: tally.successes + successes,
        needs: tally.needs + more * trial.need,
      });
    }
  }
  return tallies;
}
