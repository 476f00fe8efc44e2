/** A commit asks for at most so many rewards of one counter: as many as it has decisions. */
const MOST_ASKED = 200;
const MOST_SHARES = 8;

/** One row of a counter: what it may give (`ceiling`, its part of `whole`) and what it gave. */
export interface Share {
  share: number;
  used: number;
  ceiling: number;
  whole: number;
}

/**
 * Into how many rows a counter is split, so that commits need not wait for one another. Each must serve a whole commit
 * for some time, else all of them are locked together and nothing is won.
 */
export function sharesOf(ceiling: number, takes: number): number {
  return Math.max(1, Math.min(MOST_SHARES, Math.floor(ceiling / (takes * MOST_ASKED * 2))));
}

/**
 * True where this row says enough by itself: it can give all that may be asked for, or there is nothing beside it. Not
 * where another limit holds by now.
 */
export function sufficesAlone({ used, ceiling, whole }: Share, asked: number, limit: number): boolean {
  return whole === limit && (ceiling === whole || used + asked <= ceiling);
}

/** What was given, as far as these rows tell; where they are a part only, as if all that lies elsewhere were given. */
export function givenOf(shares: readonly Share[], whole: number, isPart: boolean): number {
  const sum = (of: (share: Share) => number): number => shares.reduce((total, share) => total + of(share), 0);
  return isPart ? whole - sum(({ ceiling, used }) => ceiling - used) : sum(({ used }) => used);
}

/**
 * The rows of a counter with what is left of `whole` divided evenly among them: their rooms differ by one at most.
 * Where more was given than `whole` allows by now (it was lowered), nothing is left in any.
 */
export function rebalanced(shares: readonly Share[], whole: number): Share[] {
  const left = Math.max(0, whole - shares.reduce((sum, { used }) => sum + used, 0));
  const each = Math.floor(left / shares.length);
  const rest = left - each * shares.length;
  return shares.map((share, index) => ({
    ...share,
    ceiling: share.used + each + (index < rest ? 1 : 0),
    whole,
  }));
}
