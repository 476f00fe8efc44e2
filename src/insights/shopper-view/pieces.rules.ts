/** What of a view costs much to read, and is left out where nobody asks for it. */
export type Piece = 'brands' | 'foresight' | 'segments' | 'traits' | 'value';

export const ALL_PIECES: ReadonlySet<Piece> = new Set(['brands', 'foresight', 'segments', 'traits', 'value']);

/** Which piece the fields of rules are read from; the first line that fits counts. */
const PIECE_OF: readonly [field: RegExp, piece: Piece | undefined][] = [
  [/^purchases\.(mainBrand|buysOwnBrand)$|^affinity\.(mainBrandShare|ownBrandShareOfGroup)$/, 'brands'],
  [/^replenishment\.purchaseProbability$/, 'foresight'],
  [/^shopper\.segments$/, 'segments'],
  [/^value\./, 'value'],
  [/^(affinity\.neverBought|acquisition\.daysSinceFirstPurchase)$/, undefined],
  // Lists, which are read by themselves.
  [/^(purchases|interactions|visits|offers)$/, undefined],
  [/^(replenishment|visits|shopper|loyalty|store|stock|zone|visit|time)\./, undefined],
  [/^(affinity|price|habits|acquisition|interactions|referrals|browsed|openings)\./, 'traits'],
];

/** The pieces that rules about these fields read; of a field that is not known here, all. */
export function piecesOf(fields: Iterable<string>): ReadonlySet<Piece> {
  const pieces = new Set<Piece>();
  for (const field of fields) {
    const known = PIECE_OF.find(([pattern]) => pattern.test(field));
    if (known === undefined) return ALL_PIECES;
    if (known[1] !== undefined) pieces.add(known[1]);
  }
  return pieces;
}
