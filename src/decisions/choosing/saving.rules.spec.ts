import type { ProductId } from '../../shared/index.js';
import { savingOf, type Piece } from './saving.rules.js';

type Reward = Parameters<typeof savingOf>[0];

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const percent = (value: number, most?: number): Reward => ({
  type: 'percentOff',
  value,
  ...(most !== undefined && { maxDiscount: eur(most) }),
});
const amount: Reward = { type: 'amountOff', value: eur(150) };
const gift: Reward = { type: 'gift', value: 'g' as ProductId };
const piece: Piece = { price: 200, currency: 'EUR' };

describe('what a reward saves on one piece', () => {
  it.each<[string, Reward, Piece, number | undefined]>([
    ['a share of the price', percent(10), piece, 20],
    ['at most so much', percent(50, 30), piece, 30],
    ['a share of what is not known', percent(10, 30), { currency: 'EUR' }, undefined],
    ['an amount', amount, piece, 150],
    ['no more than the piece costs', amount, { price: 100, currency: 'EUR' }, 100],
    ['an amount off what is not known', amount, {}, 150],
    ['nothing in another currency', amount, { price: 200, currency: 'USD' }, 0],
    ['what is given away', gift, { giftPrice: 90 }, 90],
    ['a gift of unknown price', gift, piece, undefined],
    ['points count as nothing', { type: 'points', value: 500 }, piece, 0],
    ['no reward', { type: 'none' }, piece, 0],
  ])('%s', (_, reward, on, saved) => {
    expect(savingOf(reward, on)).toBe(saved);
  });
});
