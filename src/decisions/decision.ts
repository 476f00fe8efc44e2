import type { ContactPolicy, Pace, StoreRhythms } from '../limits/index.js';
import type { Lead, LiveOffer, LiveSnapshot } from '../offers/index.js';
import type { Economics, Worth } from './choosing/index.js';
import type {
  ChangeId,
  DecisionId,
  DeliveryId,
  Facts,
  Instant,
  OfferId,
  ProductId,
  RadioFacts,
  ShopperId,
  StoreId,
  TriggerKind,
  VisitId,
  ZoneId,
} from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';

/** Why an offer was not made: the contract's codes, and `below-minimum-value` (docs/decisions/0026). */
export type ReasonCode =
  | 'no-consent'
  | 'outside-schedule'
  | 'rule-not-met'
  | 'offer-cap'
  | 'global-cap'
  | 'quiet-hours'
  | 'snoozed'
  | 'muted'
  | 'budget-exhausted'
  | 'limit-reached'
  | 'out-of-stock'
  | 'would-buy-anyway'
  | 'below-minimum-value'
  | 'irrelevant'
  | 'exclusion-group'
  | 'holdout'
  | 'outranked'
  | 'too-late'
  | 'stopped'
  | 'unknown-shopper';

export interface Reason {
  code: ReasonCode;
  /** In words, with the figures: what was asked, what was so. */
  detail: string;
  /** Where in the offer's document, for a rule that was not met. */
  path?: string;
}

/** A live offer whose trigger matched, with all that speaks against it. No reasons: it may be made. */
export interface Considered {
  offer: LiveOffer;
  reasons: Reason[];
  /**
   * Under `priority` how likely the need is, 0 to 1, and up to 0.2 more or less for how the shopper rated such offers;
   * under `incrementalValue` the value, where nothing else spoke against it.
   */
  score?: number;
  /** What it leads to here; absent where all of it is sold out. */
  lead?: Lead;
  /** Of what nothing speaks against but the policy's own bounds. */
  worth?: Worth;
  /** Of what caps let through: with what probability it was to be chosen. */
  propensity?: number;
}

/** What is so in the world at the moment of a decision, beside the shopper. */
export interface World {
  policy: ContactPolicy;
  live: LiveSnapshot;
  economics: Economics;
  /** How well the radios of a place are; absent where it is not known, as of a time that is over. */
  radio?: ((layout: StoreLayout, zoneId: ZoneId | undefined) => RadioFacts | undefined) | undefined;
  /** Without it, no budget is paced. */
  rhythms?: Pick<StoreRhythms, 'paceIn'> | undefined;
}

/** One change that asks for a decision, thought through as far as it can be without a lock. */
export interface Pending {
  changeId: ChangeId;
  decisionId: DecisionId;
  deliveryId: DeliveryId;
  shopperId: ShopperId;
  storeId: StoreId;
  visitId: VisitId;
  zoneId?: ZoneId | undefined;
  on: TriggerKind;
  at: Instant;
  /** The shopper's zone, else the store's: where calendar caps turn. */
  timeZone: string;
  storeTimeZone: string;
  facts: Facts;
  /** When the sighting or check-in that completed the change came in. */
  receivedAt: Instant;
  /** Milliseconds from `receivedAt` to the end of each stage so far; `received` is how old the hearing was by then. */
  latencyMs: Record<string, number>;
  /** Of the offers whose budgets are paced. */
  paces?: ReadonlyMap<OfferId, Pace> | undefined;
  /** Best first. */
  considered: Considered[];
}

/** What the locks let through of a pending decision. */
export interface Granted {
  outcome: 'offer' | 'silence' | 'ghost';
  reason?: ReasonCode;
  /** The offer made, or that would have been made to a shopper who is held out. */
  winner?: LiveOffer;
  /** The same with what was considered of it. */
  chosen?: Considered;
  /** Of a ghost: out of what the shopper is held. */
  heldOutOf?: 'all' | 'offer';
  /** Of an offer or a ghost: the share of shoppers that was held out of all offers. */
  universalShare?: number;
  /** The ranking that was in force. */
  policy: ContactPolicy['ranking'];
  considered: Considered[];
}

/** Past the 150 ms that are promised for a socket, short of the redrive after 2 s. */
const PATIENCE_MS = 1_500;

/** How long an app may take to acknowledge an offer before the shopper's devices are pushed to. */
export function patienceOf(offer: LiveOffer | undefined): number {
  return offer?.document.patienceMs ?? PATIENCE_MS;
}

/** One line of the ledger's `considered`. */
export interface ConsideredLine {
  offerId: OfferId;
  revision: number;
  eligible: boolean;
  reasons: Reason[];
  score?: number;
  propensity?: number;
  /** What it leads to here. */
  productId?: ProductId;
  /** Of what caps let through. Money in minor units. */
  worth?: Pick<Worth, 'organic' | 'taken' | 'margin' | 'cost' | 'value'>;
}

/** As the ledger and the preview show it. */
export function lineOf({ offer, reasons, score, propensity, lead, worth }: Considered): ConsideredLine {
  const productId = lead?.product?.productId;
  return {
    offerId: offer.offerId,
    revision: offer.revision,
    eligible: reasons.length === 0,
    reasons,
    ...(score !== undefined && { score: short(score) }),
    ...(propensity !== undefined && { propensity }),
    ...(productId !== undefined && { productId }),
    ...(propensity !== undefined && worth !== undefined && { worth: shortened(worth) }),
  };
}

function shortened({ organic, taken, margin, cost, value }: Worth): NonNullable<ConsideredLine['worth']> {
  return {
    organic: short(organic),
    taken: short(taken),
    margin: short(margin),
    cost: short(cost),
    value: short(value),
  };
}

function short(figure: number): number {
  return Math.round(figure * 1_000) / 1_000;
}
