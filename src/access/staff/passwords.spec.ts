import { Passwords } from './passwords.js';

describe('passwords', () => {
  const passwords = new Passwords();

  it('are kept as Argon2id with a salt of their own', async () => {
    const [one, two] = await Promise.all([
      passwords.hash('the same words'),
      passwords.hash('the same words'),
    ]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await passwords.matches(one, 'the same words')).toBe(true);
    expect(await passwords.matches(one, 'the same word')).toBe(false);
  });

  it('of nobody match nothing', async () => {
    expect(await passwords.matches(undefined, '')).toBe(false);
  });

  it('are refused for now when very many are checked at once, and checked again after', async () => {
    const many = Array.from({ length: 66 }, () => passwords.matches(undefined, 'any password'));
    const results = await Promise.allSettled(many);
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatchObject({ reason: { status: 503 } });
    expect(await passwords.matches(undefined, 'any password')).toBe(false);
  });
});
