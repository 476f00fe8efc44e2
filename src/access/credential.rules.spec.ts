import fc from 'fast-check';
import { credentialFrom, formOf, hashOf, prefixOf } from './credential.rules.js';

const chance = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const kinds = fc.constantFrom('gateway', 'pos', 'service', 'session');

describe('credentials', () => {
  it('are recognised as what they were made as', () => {
    fc.assert(
      fc.property(kinds, chance, (kind, bytes) => {
        const form = formOf(credentialFrom(kind, bytes));
        expect(form).toBe(kind === 'session' ? 'session' : 'key');
      }),
    );
  });

  it('are listed by a prefix that shows the kind and six characters', () => {
    const key = credentialFrom('gateway', Buffer.alloc(32, 255));
    expect(prefixOf(key)).toBe('ac_gateway_______');
    expect(key.startsWith(prefixOf(key))).toBe(true);
  });

  it('keep the same prefix length when the chance holds underscores', () => {
    fc.assert(
      fc.property(chance, (bytes) => {
        expect(prefixOf(credentialFrom('pos', bytes))).toHaveLength('ac_pos_'.length + 6);
      }),
    );
  });

  it('are kept as 32 bytes that differ with every character', () => {
    expect(hashOf('a')).toHaveLength(32);
    expect(hashOf('a').equals(hashOf('b'))).toBe(false);
  });

  it.each([
    ['an empty one', ''],
    ['another kind of key', `ac_admin_${'a'.repeat(43)}`],
    ['a key that is too short', `ac_pos_${'a'.repeat(42)}`],
    ['a key with something behind it', `ac_pos_${'a'.repeat(43)}\n`],
    ['a scheme that was left in place', 'Basic YTpi'],
    ['a token of two parts', 'a.b'],
    ['a token of more than 4 KB', `a.${'b'.repeat(4_096)}.c`],
  ])('are not recognised: %s', (_, credential) => {
    expect(formOf(credential)).toBeUndefined();
  });

  it('with three parts may be tokens', () => {
    expect(formOf('eyJh.eyJz.c2ln')).toBe('token');
  });
});
