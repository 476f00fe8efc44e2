import type { LiveOffer, Reward } from '../../offers/index.js';
import { mostItCosts } from './cost.rules.js';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const offer = (reward: object, target: object = { products: [] }): LiveOffer =>
  ({ document: { reward: reward as Reward }, target }) as unknown as LiveOffer;

describe('the most that an offer may cost', () => {
  it.each<[string, LiveOffer, number | undefined]>([
    ['nothing without a reward', offer({ type: 'none' }), 0],
    ['the amount', offer({ type: 'amountOff', value: eur(150) }), 150],
    ['the cap of a percentage', offer({ type: 'percentOff', value: 10, maxDiscount: eur(200) }), 200],
    [
      'without a cap the percentage of the dearest product',
      offer({ type: 'percentOff', value: 10 }, { products: [{ price: eur(500) }, { price: eur(995) }, {}] }),
      100,
    ],
    ['unknown for a percentage of a category', offer({ type: 'percentOff', value: 10 }), undefined],
    ['unknown for points', offer({ type: 'points', value: 10 }), undefined],
    [
      'what a gift costs the shop',
      offer({ type: 'gift', value: 'mug' }, { products: [], gift: { price: eur(500), unitCost: eur(200) } }),
      200,
    ],
    [
      'its price where that is not known',
      offer({ type: 'gift', value: 'mug' }, { products: [], gift: { price: eur(500) } }),
      500,
    ],
  ])('is %s', (_, given, amount) => expect(mostItCosts(given, 'EUR')?.amount).toBe(amount));
});
