import { moneyText } from './money.js';

it.each([
  [1990, 'JPY', '1990 JPY'],
  [5, 'EUR', '0.05 EUR'],
  [1234, 'KWD', '1.234 KWD'],
])('writes %d minor units of %s as %s', (amount, currency, text) => {
  expect(moneyText({ amount, currency })).toBe(text);
});
