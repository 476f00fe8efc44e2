import { firstNameOf } from './names.rules.js';

describe('what somebody is called on the shop floor', () => {
  it.each([
    ['Vera Holm', 'Vera'],
    ['Holm, Vera Maria', 'Vera'],
    ['  Vera  ', 'Vera'],
    ['Vera H.', 'Vera'],
    ['V.', 'V.'],
    ['Dr. Vera Holm', 'Vera'],
    ['Mme Holm', 'Holm'],
    ['Holm,', 'Holm'],
    ['Jean-Luc Picard', 'Jean-Luc'],
    ['李 小龙', '李'],
    ['vera@example.com', undefined],
    ['Customer 4711', undefined],
    ['Dr.', undefined],
    ['', undefined],
    [undefined, undefined],
    ['x'.repeat(200), 'x'.repeat(40)],
  ])('%s', (displayName, firstName) => {
    expect(firstNameOf(displayName)).toBe(firstName);
  });
});
