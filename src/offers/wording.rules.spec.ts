import { rewardText } from './wording.rules.js';

it.each([
  [{ type: 'percentOff', value: 15 }, '15 % off'],
  [{ type: 'amountOff', value: { amount: 200, currency: 'EUR' } }, '2.00 EUR off'],
  [{ type: 'points', value: 1 }, '1 point'],
  [{ type: 'points', value: 500 }, '500 points'],
  [{ type: 'gift', value: 'mug' }, 'a gift'],
  [{ type: 'none' }, ''],
])('says %j as "%s"', (reward, text) => {
  expect(rewardText(reward as never)).toBe(text);
});

it('names a gift that the catalogue knows', () => {
  expect(rewardText({ type: 'gift', value: 'mug' as never }, 'Coffee mug')).toBe('Coffee mug free');
});
