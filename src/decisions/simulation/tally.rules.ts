import type { LiveOffer } from '../../offers/index.js';
import type { Money, ShopperId } from '../../shared/index.js';
import type { ReasonCode } from '../decision.js';
import type { Rehearsed } from '../rehearsal.rules.js';

/** What became of an offer at the moments that asked for it, over a time or on one day. */
export interface SimulatedFigures {
  visits: number;
  /** Moments at which the offer was considered: issued, ghosts and silences come to this. */
  opportunities: number;
  issued: number;
  /** Moments at which only a cap, a limit or a budget stood in the way. */
  capped: number;
  /** Withheld from those who are held out; takes nothing. */
  ghosts: number;
  /** The most that what was issued may cost; null where that cannot be known. */
  cost: Money | null;
  /** By the first reason that stood against the offer. */
  silences: Record<string, number>;
}

export interface SimulatedOffer extends SimulatedFigures {
  shoppersReached: number;
  /** By the days of the stores, ascending. */
  perDay: (SimulatedFigures & { date: string })[];
}

const CAPS: ReadonlySet<ReasonCode> = new Set([
  'offer-cap',
  'global-cap',
  'exclusion-group',
  'limit-reached',
  'budget-exhausted',
]);

type Counts = Omit<SimulatedFigures, 'cost'>;

/** Adds up what a rehearsal decided about one offer. */
export class Tally {
  readonly #total = empty();
  readonly #days = new Map<string, Counts>();
  readonly #reached = new Set<ShopperId>();

  /** @param each what one offer may cost at most; undefined where nobody can say */
  constructor(
    private readonly offer: Pick<LiveOffer, 'offerId'>,
    private readonly each: Money | undefined,
  ) {}

  /** @param date the day on which the visit began, in the store's zone */
  visit(date: string): void {
    this.#total.visits += 1;
    this.#day(date).visits += 1;
  }

  take({ pending, granted }: Rehearsed): void {
    const line = granted.considered.find(({ offer }) => offer.offerId === this.offer.offerId);
    if (line === undefined) return;
    const won = granted.winner?.offerId === this.offer.offerId;
    const reason = line.reasons[0]?.code;
    for (const counts of [this.#total, this.#day(pending.facts.local.date)]) {
      counts.opportunities += 1;
      if (won && granted.outcome === 'offer') counts.issued += 1;
      else if (won) counts.ghosts += 1;
      else if (reason !== undefined) {
        counts.silences[reason] = (counts.silences[reason] ?? 0) + 1;
        if (CAPS.has(reason)) counts.capped += 1;
      }
    }
    if (won && granted.outcome === 'offer') this.#reached.add(pending.shopperId);
  }

  result(): SimulatedOffer {
    const days = [...this.#days].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      ...this.#figures(this.#total),
      shoppersReached: this.#reached.size,
      perDay: days.map(([date, counts]) => ({ date, ...this.#figures(counts) })),
    };
  }

  #figures(counts: Counts): SimulatedFigures {
    const silences = Object.entries(counts.silences).sort(([a], [b]) => (a < b ? -1 : 1));
    const { amount, currency } = this.each ?? {};
    return {
      ...counts,
      cost:
        amount === undefined || currency === undefined ? null : { amount: amount * counts.issued, currency },
      silences: Object.fromEntries(silences),
    };
  }

  #day(date: string): Counts {
    const counts = this.#days.get(date) ?? empty();
    this.#days.set(date, counts);
    return counts;
  }
}

function empty(): Counts {
  return { visits: 0, opportunities: 0, issued: 0, capped: 0, ghosts: 0, silences: {} };
}
