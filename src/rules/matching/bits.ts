/** Sets of row numbers, 32 to a word. */
export type Bits = Int32Array;

const WORD = 5;

export function wordsFor(rows: number): number {
  return (rows + 31) >>> WORD;
}

/** The set of all `rows`. */
export function allOf(rows: number): Bits {
  const bits = new Int32Array(wordsFor(rows)).fill(-1);
  const beyond = rows & 31;
  if (beyond !== 0) bits[bits.length - 1] = (1 << beyond) - 1;
  return bits;
}

/** The set with `row` put in or left out. */
export function flip(bits: Bits, row: number): void {
  const word = row >>> WORD;
  bits[word] = (bits[word] ?? 0) ^ (1 << (row & 31));
}

export function exclude(bits: Bits, row: number): void {
  const word = row >>> WORD;
  bits[word] = (bits[word] ?? 0) & ~(1 << (row & 31));
}

export function sizeOf(bits: Bits): number {
  return bits.reduce((sum, word) => sum + onesIn(word), 0);
}

/** Calls `visit` with every number in the set, ascending. */
export function forEachIn(set: Bits, visit: (number: number) => void): void {
  for (let word = 0; word < set.length; word += 1) {
    for (let bits = set[word] as number; bits !== 0; bits &= bits - 1) visit(word * 32 + lowestIn(bits));
  }
}

/** The lowest bit that is set. */
export function lowestIn(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** Hacker's Delight, 5-1. */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
