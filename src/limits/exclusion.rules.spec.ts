import fc from 'fast-check';
import { EXCLUSION_MODES, whyNot, withGroupsInOrder, type GroupMember } from './exclusion.rules.js';

const member = (
  name: string,
  group: string | undefined,
  toShopper?: number,
  margin?: number,
): GroupMember => ({
  name,
  group,
  worth: () => ({ toShopper, margin }),
});
const names = (members: readonly GroupMember[]): string => members.map(({ name }) => name).join('');

describe('exclusion groups', () => {
  const ranked = [
    member('a', 'coffee', 50, 300),
    member('b', undefined, 900, 900),
    member('c', 'coffee', 150, 100),
    member('d', 'coffee', undefined, undefined),
  ];

  it('by priority leaves the ranking as it is', () => {
    expect(names(withGroupsInOrder(ranked, [{ group: 'coffee', mode: 'priority' }]))).toBe('abcd');
  });

  it('puts what gives, or earns, most on the first place that the group has; the unknown last', () => {
    expect(names(withGroupsInOrder(ranked, [{ group: 'coffee', mode: 'bestForShopper' }]))).toBe('cbad');
    expect(names(withGroupsInOrder([...ranked].reverse(), [{ group: 'coffee', mode: 'bestMargin' }]))).toBe(
      'acbd',
    );
  });

  it('breaks a tie by the ranking, and says so', () => {
    const alike = [member('a', 'tea', 100), member('b', 'tea', 100)];
    expect(names(withGroupsInOrder(alike, [{ group: 'tea', mode: 'bestForShopper' }]))).toBe('ab');
    expect(whyNot(alike[1]!, alike[0]!, 'bestForShopper')).toBe(
      'a is the one of the group tea: alike in worth (100 to the shopper), and it came first',
    );
    expect(whyNot(ranked[0]!, ranked[2]!, 'bestForShopper')).toBe(
      'c is the one of the group coffee: 150 to the shopper, this 50',
    );
  });

  it('keeps everybody, each group on its own places', () => {
    const arb = fc.record({
      group: fc.constantFrom('x', 'y', undefined),
      toShopper: fc.option(fc.nat(5), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(arb, { maxLength: 12 }), fc.constantFrom(...EXCLUSION_MODES), (given, mode) => {
        const members = given.map(({ group, toShopper }, index) => member(`${index},`, group, toShopper));
        const ordered = withGroupsInOrder(members, [
          { group: 'x', mode },
          { group: 'y', mode: 'bestMargin' },
        ]);
        expect(ordered.map(({ group }) => group)).toEqual(members.map(({ group }) => group));
        expect(new Set(ordered)).toEqual(new Set(members));
      }),
    );
  });
});
