import { piecesOf, type Piece } from '../../insights/index.js';
import type { LiveOffer } from '../../offers/index.js';
import { conditionsOf, readsOfAll } from '../../rules/index.js';
import type { Reads } from '../../shared/index.js';
import type { World } from '../decision.js';

/** What decisions among some offers look at, of all that could be read of a shopper. */
export interface AskedAbout {
  /** Those that offers are about, and those that their rules ask for. */
  categories: ReadonlySet<string>;
  reads: Reads;
  pieces: ReadonlySet<Piece>;
}

/** What the checks, the ranking and the rules of these offers read; nothing else decides. */
export function askedAbout({ live: { offers }, policy }: Pick<World, 'live' | 'policy'>): AskedAbout {
  const conditions = offers.flatMap(({ document }) =>
    [...conditionsOf(document.eligibility)].map(({ condition }) => condition),
  );
  const pieces = new Set(piecesOf(conditions.map(({ field }) => field)));
  if (offers.some(asksWhichBrand)) pieces.add('brands');
  if (policy.ranking === 'incrementalValue' || policy.minimumValue !== undefined) {
    pieces.add('brands').add('foresight');
  }
  return {
    categories: new Set([
      ...offers.flatMap(({ target }) => [...target.categories]),
      ...conditions.flatMap(({ of }) => of?.['category'] ?? []),
    ]),
    reads: readsOfAll(offers.map(({ reads }) => reads)),
    pieces,
  };
}

function asksWhichBrand({ document: { kind, target } }: LiveOffer): boolean {
  return kind === 'brandSwitch' || target.fromBrand !== null;
}
