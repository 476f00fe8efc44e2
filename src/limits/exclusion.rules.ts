/** Which offer of a group is made where several could be. */
export const EXCLUSION_MODES = ['priority', 'bestForShopper', 'bestMargin'] as const;
export type ExclusionMode = (typeof EXCLUSION_MODES)[number];

/** What an offer of a group is worth, in minor units; undefined where prices or costs are not known. */
export interface Worth {
  toShopper: number | undefined;
  margin: number | undefined;
}

/** A candidate that may be made, as far as groups look at it. */
export interface GroupMember {
  name: string;
  group: string | undefined;
  worth: () => Worth;
}

export interface GroupRule {
  group: string;
  mode: ExclusionMode;
}

/**
 * Puts the members of each group that is not by priority in the order of their worth, on the places that the group has
 * in the ranking: what is between them stays where it is. Of unknown worth come last; alike, the ranking decides.
 *
 * @param ranked best first
 */
export function withGroupsInOrder<Member extends GroupMember>(
  ranked: readonly Member[],
  rules: readonly GroupRule[],
): Member[] {
  const ordered = [...ranked];
  for (const { group, mode } of rules) {
    const places = ranked.flatMap((member, place) => (member.group === group ? [place] : []));
    if (mode === 'priority' || places.length < 2) continue;
    const worths = new Map(places.map((place) => [place, worthIn(mode, ranked[place]) ?? -Infinity]));
    // Sorting is stable: those alike keep the order of the ranking.
    const best = [...places].sort((a, b) => Math.sign((worths.get(b) ?? 0) - (worths.get(a) ?? 0)) || a - b);
    places.forEach((place, index) => {
      const member = ranked[best[index] ?? place];
      if (member !== undefined) ordered[place] = member;
    });
  }
  return ordered;
}

/** Why one of a group was made and not the other: in words, with the figures, and how a tie was broken. */
export function whyNot(loser: GroupMember, winner: GroupMember, mode: ExclusionMode): string {
  const first = `${winner.name} is the one of the group ${loser.group ?? ''}`;
  if (mode === 'priority') return `${first}: it came first`;
  const [won, lost] = [worthIn(mode, winner), worthIn(mode, loser)];
  const what = mode === 'bestForShopper' ? 'to the shopper' : 'of margin';
  if (won === lost) return `${first}: alike in worth (${worded(won)} ${what}), and it came first`;
  return `${first}: ${worded(won)} ${what}, this ${worded(lost)}`;
}

function worthIn(mode: ExclusionMode, member: GroupMember | undefined): number | undefined {
  const worth = member?.worth();
  return mode === 'bestMargin' ? worth?.margin : worth?.toShopper;
}

function worded(worth: number | undefined): string {
  return worth === undefined ? 'unknown' : String(worth);
}
