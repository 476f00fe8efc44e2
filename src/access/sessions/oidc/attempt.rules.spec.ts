import { attemptCookie, isOwnPath, vouchedEmail } from './attempt.rules.js';

describe('where a sign-in ends', () => {
  it.each(['/console/', '/floor/?store=s1&tab=now', '/'])('may be %s', (path) => {
    expect(isOwnPath(path)).toBe(true);
  });

  it.each([
    '//evil.test',
    '/\\evil.test',
    'https://evil.test/',
    'console',
    '',
    '/a\r\nSet-Cookie: x',
    '/a b',
  ])('is never %j', (path) => {
    expect(isOwnPath(path)).toBe(false);
  });
});

describe('the address that a provider vouches for', () => {
  it.each<[string, object, string | undefined]>([
    ['is in lower case', { email: ' Mia@Shop.test', email_verified: true }, 'mia@shop.test'],
    ['is none when it was not verified', { email: 'mia@shop.test', email_verified: false }, undefined],
    ['is none when it may not be verified', { email: 'mia@shop.test' }, undefined],
    ['is none when that is a word', { email: 'mia@shop.test', email_verified: 'true' }, undefined],
    ['is none where there is none', { email_verified: true }, undefined],
  ])('%s', (_, claims, email) => {
    expect(vouchedEmail(claims as Record<string, unknown>)).toBe(email);
  });
});

describe('the cookie of an attempt', () => {
  it('is for the way back alone, and over TLS only where we are', () => {
    expect(attemptCookie('x', 600_000, true)).toBe(
      'aislecue_oidc=x; Path=/v1/sessions/oidc; Max-Age=600; HttpOnly; SameSite=Lax; Secure',
    );
    expect(attemptCookie('', 0, false)).toMatch(/^aislecue_oidc=; .*Max-Age=0; HttpOnly; SameSite=Lax$/);
  });
});
