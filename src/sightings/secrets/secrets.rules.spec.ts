import { createHmac } from 'node:crypto';
import { isSame, isSignature, knownOf } from './secrets.rules.js';

describe('isSame', () => {
  it.each([
    ['hunter2', 'hunter2', true],
    ['hunter2', 'hunter3', false],
    ['hunter', 'hunter2', false],
    ['', 'hunter2', false],
  ])('%j and %j: %s', (given, expected, same) => {
    expect(isSame(given, expected)).toBe(same);
  });
});

describe('isSignature', () => {
  // The firmware's own test (ruuvi.gateway_esp.c, test_hmac_sha256).
  const body = Buffer.from('The quick brown fox jumps over the lazy dog');
  const signature = 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8';

  it('is good in either case', () => {
    expect(isSignature(signature, body, 'key')).toBe(true);
    expect(isSignature(signature.toUpperCase(), body, 'key')).toBe(true);
  });

  it('is of this body and this key', () => {
    expect(isSignature(signature, Buffer.from('The quick brown fox'), 'key')).toBe(false);
    expect(isSignature(signature, body, 'kez')).toBe(false);
    expect(isSignature(createHmac('sha1', 'key').update(body).digest('hex'), body, 'key')).toBe(false);
  });

  it.each(['', 'f7', `${signature}00`, 'x'.repeat(64), ` ${signature.slice(1)}`])('%j is none', (given) => {
    expect(isSignature(given, body, 'key')).toBe(false);
  });
});

describe('knownOf', () => {
  it('says which are set', () => {
    expect(knownOf({ merakiSecret: 'x' })).toEqual({
      merakiValidator: false,
      merakiSecret: true,
      ruuviHmacKey: false,
    });
  });
});
