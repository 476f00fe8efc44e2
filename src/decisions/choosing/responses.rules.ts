import { DAY_MS, type Instant, type OfferId } from '../../shared/index.js';

/** What offers have brought, by node: `all`, `kind:category`, an offer's id. Weights as of {@link EPOCH}. */
export interface Tally {
  trials: number;
  successes: number;
  /** Sum of the needs of those to whom the offers were made. */
  needs: number;
}
export type Tallies = ReadonlyMap<string, Tally>;

/** How many of those who would not have bought follow an offer, at a need. */
export interface Response {
  rate: number;
  need: number;
}

/** The offer, as far as the hierarchy places it. */
export interface Placed {
  offerId: OfferId;
  kind: string;
  category: string | undefined;
}

/** What a day takes from the weight of what was seen. */
export const KEPT_A_DAY = 0.999;
/** Tallies are kept as of this day, so that what is added later weighs more and nothing has to be written anew. */
const EPOCH = Date.UTC(2026, 0, 1);
/**
 * Before anything was seen. One in ten is more than most offers bring: what is over-estimated is tried and corrected,
 * what is under-estimated is never tried.
 */
const FIRST: Response = { rate: 0.1, need: 0.3 };
/** What a node's parent weighs, in trials: of all, of kind and category, of the offer. */
const STRENGTHS = [100, 50, 20] as const;
/** What the need moves the log odds of a response, from none to certain: 2.7 times the odds. */
const NEED_WEIGHT = 1;

/** From the widest to the offer itself. */
export function nodesOf({ offerId, kind, category }: Placed): readonly [string, string, string] {
  return ['all', `${kind}:${category ?? ''}`, offerId];
}

/** What one trial at this time adds to a tally as it is kept. */
export function weightOf(at: Instant): number {
  return KEPT_A_DAY ** (-(at - EPOCH) / DAY_MS);
}

/**
 * The probability that a shopper of this need, who would not have bought here and now, follows the offer: the
 * posterior means of a Beta-Binomial at each node, whose prior is the node above; moved from the need of those it was
 * made to to this shopper's on the logit scale.
 */
export function responseTo(offer: Placed, need: number, tallies: Tallies, now: Instant): number {
  const kept = 1 / weightOf(now);
  let response = FIRST;
  nodesOf(offer).forEach((node, depth) => {
    response = posterior(tallies.get(node), kept, response, STRENGTHS[depth] as number);
  });
  return at(response, need);
}

function posterior(tally: Tally | undefined, kept: number, prior: Response, strength: number): Response {
  if (tally === undefined) return prior;
  const trials = Math.max(0, tally.trials * kept);
  const need = (tally.needs * kept + strength * prior.need) / (trials + strength);
  const successes = Math.min(trials, Math.max(0, tally.successes * kept));
  return { rate: (successes + strength * at(prior, need)) / (trials + strength), need };
}

function at({ rate, need }: Response, otherNeed: number): number {
  return logistic(Math.log(rate / (1 - rate)) + NEED_WEIGHT * (otherNeed - need));
}

function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/**
 * How sure it is, of a shopper who bought after the offer, that they bought because of it: those who would have
 * bought anyway and those who follow are not told apart by the receipt (EM for a noisy or).
 */
export function creditOf({ response, taken }: { response: number; taken: number }): number {
  return taken > 0 ? Math.min(1, response / taken) : 0;
}
