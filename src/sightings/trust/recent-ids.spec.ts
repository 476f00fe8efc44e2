import { idHash, RecentIds } from './recent-ids.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');

describe('recent ids', () => {
  it('are known for at least a generation and at most two', () => {
    const recent = new RecentIds(60_000, 1_000);
    recent.add([idHash('a')], NOW);
    recent.add([idHash('b')], NOW + 59_999);
    expect(recent.has(idHash('a'))).toBe(true);
    recent.add([idHash('c')], NOW + 60_000);
    expect(['a', 'b', 'c', 'd'].map((id) => recent.has(idHash(id)))).toEqual([true, true, true, false]);
    recent.add([idHash('e')], NOW + 120_000);
    expect(['a', 'b', 'c'].map((id) => recent.has(idHash(id)))).toEqual([false, false, true]);
  });

  it('of before a pause are forgotten', () => {
    const recent = new RecentIds(60_000, 1_000);
    recent.add([idHash('a')], NOW);
    recent.add([idHash('b')], NOW + 120_000);
    expect(recent.has(idHash('a'))).toBe(false);
  });

  it('are bounded in number', () => {
    const recent = new RecentIds(60_000, 10);
    const ids = Array.from({ length: 35 }, (_, index) => String(index));
    recent.add(ids.map(idHash), NOW);
    expect(ids.filter((id) => recent.has(idHash(id)))).toEqual(ids.slice(20));
  });
});
