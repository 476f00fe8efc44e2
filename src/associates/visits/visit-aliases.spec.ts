import { uuidV7, type VisitId } from '../../shared/index.js';
import { VisitAliases } from './visit-aliases.js';

const secret = 'test-secret-of-at-least-thirty-two-characters';
const aliases = new VisitAliases({ secret });
/** Visits of one millisecond that differ in one byte of chance. */
const visit = (byte: number): VisitId => uuidV7(1_780_000_000_000, new Uint8Array(10).fill(byte)) as VisitId;
const bits = (alias: string): bigint => BigInt(`0x${Buffer.from(alias, 'base64url').toString('hex')}`);

describe('what a visit is called on the shop floor', () => {
  it('is the same in every process and after a restart, and leads back', () => {
    const alias = aliases.aliasOf(visit(1));
    expect(new VisitAliases({ secret }).aliasOf(visit(1))).toBe(alias);
    expect(aliases.visitOf(alias)).toBe(visit(1));
    expect(alias).toMatch(/^[\w-]{22}$/);
  });

  it('has nothing in common between visits that are nearly alike', () => {
    const all = Array.from({ length: 50 }, (_, index) => aliases.aliasOf(visit(index)));
    expect(new Set(all).size).toBe(50);
    const distances = all.slice(1).map((alias, index) => {
      const difference = bits(alias) ^ bits(all[index] ?? '');
      return difference.toString(2).replaceAll('0', '').length;
    });
    // Half of 128 bits, ±5 standard deviations.
    for (const distance of distances) expect(Math.abs(distance - 64)).toBeLessThan(29);
  });

  it('leads to another visit, or none, under another secret', () => {
    const other = new VisitAliases({ secret: `${secret}-other` });
    expect(other.visitOf(aliases.aliasOf(visit(1)))).not.toBe(visit(1));
  });

  it.each(['', 'x', 'x'.repeat(22), 'x'.repeat(23), `${'A'.repeat(21)}/`, visit(1)])(
    'is not %s, or is nobody’s',
    (alias) => {
      const found = aliases.visitOf(alias);
      expect(found === undefined || found !== visit(1)).toBe(true);
    },
  );

  it('is written in one way only', () => {
    const alias = aliases.aliasOf(visit(1));
    // The last character holds two bits that base64 does not use.
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const same = Array.from(last, (letter) => alias.slice(0, -1) + letter).filter(
      (each) => aliases.visitOf(each) === visit(1),
    );
    expect(same).toEqual([alias]);
  });
});
