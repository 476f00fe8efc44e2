import {
  cornflakesSwitch,
  CornerShop,
  everyFourWeeks,
  type Decision,
  type Person,
} from '../support/corner-shop.js';
import { startShop, type Shop } from '../support/shop.js';

/**
 * Chapter 2. A chain earns more on its own cornflakes, and they cost the shopper less. Whoever buys the national brand is
 * told so at the shelf; whoever buys the own brand already is left in peace.
 */
describe('2. The own-brand switch at the cereals', () => {
  let shop: Shop;
  let corner: CornerShop;
  let nora: Person;
  let olga: Person;

  beforeAll(async () => {
    shop = await startShop();
    corner = await CornerShop.open(shop);
    nora = await corner.person('nora');
    await corner.buys(nora, 'kelloggs-flakes', { daysAgo: everyFourWeeks });
    await corner.buys(nora, 'corner-flakes', { daysAgo: [85] });
    olga = await corner.person('olga');
    await corner.buys(olga, 'corner-flakes', { daysAgo: everyFourWeeks });
    await corner.buys(olga, 'kelloggs-flakes', { daysAgo: [85] });
  });
  afterEach(() => corner.takeOffersDown());
  afterAll(async () => {
    corner.close();
    await shop.stop();
  });

  const reasonsOf = ({ considered }: Decision, offerId: string): unknown[] =>
    considered.find((each) => each.offerId === offerId)!.reasons;

  it('Nora buys the national brand: at the cereals she is offered the own one, for nothing but the thought', async () => {
    const offerId = await corner.offer(cornflakesSwitch());
    const phone = await corner.phoneOf(nora);
    await corner.walkTo(nora, 'cereals');
    const offer = await phone.nextOffer();
    expect(offer).toMatchObject({ offerId, title: 'Just as crisp', body: 'Our own are in Cereals' });
    expect(offer).not.toHaveProperty('reward');
    expect(offer).not.toHaveProperty('couponCode');
    const decision = await corner.decisionAbout(nora);
    expect(decision).toMatchObject({ outcome: 'offer', on: 'zoneEntered', zoneId: 'cereals', offerId });
    expect(reasonsOf(decision, offerId)).toEqual([]);
  });

  it('Olga buys the own brand already: silence, and the ledger says why', async () => {
    const offerId = await corner.offer(cornflakesSwitch());
    const phone = await corner.phoneOf(olga);
    await corner.walkTo(olga, 'cereals');
    const decision = await corner.decisionAbout(olga);
    expect(decision).toMatchObject({ outcome: 'silence', reason: 'irrelevant' });
    expect(reasonsOf(decision, offerId)).toEqual([
      {
        code: 'irrelevant',
        detail: 'main brand is Corner, needed any brand that is not own-brand',
        path: 'target.fromBrand',
      },
    ]);
    expect(phone.offers).toEqual([]);
    expect((await corner.wallet(olga)).body).toMatchObject({ items: [] });
  });

  it('With a discount it comes as a coupon, which takes off the own brand and nothing else', async () => {
    const pia = await corner.person('pia');
    await corner.buys(pia, 'kelloggs-flakes', { daysAgo: everyFourWeeks });
    await corner.offer(cornflakesSwitch({ reward: { type: 'percentOff', value: 20 } }));
    const phone = await corner.phoneOf(pia);
    await corner.walkTo(pia, 'cereals');
    const offer = await phone.nextOffer();
    expect(offer.reward).toEqual({ type: 'percentOff', value: 20 });
    const without = await corner.redeem(offer.couponCode!, [{ productId: 'kelloggs-flakes', quantity: 1 }]);
    expect(without).toMatchObject({ status: 422, body: { code: 'basket-does-not-qualify' } });
    const redeemed = await corner.redeem(offer.couponCode!, [
      { productId: 'kelloggs-flakes', quantity: 1 },
      { productId: 'corner-flakes', quantity: 2 },
    ]);
    // 20 % of 3.98, not of 7.27
    expect(redeemed).toMatchObject({
      status: 200,
      body: { couponCode: offer.couponCode, discount: { amount: 80, currency: 'EUR' } },
    });
  });

  it('It may be meant for the buyers of one brand only', async () => {
    const rosa = await corner.person('rosa');
    await corner.buys(rosa, 'kelloggs-flakes', { daysAgo: everyFourWeeks });
    await corner.offer(
      cornflakesSwitch({ target: { toProductIds: ['corner-flakes'], fromBrand: 'Nestlé' } }),
    );
    expect((await corner.preview(rosa, 'cereals')).body).toMatchObject({
      outcome: 'silence',
      reason: 'irrelevant',
    });
    await corner.takeOffersDown();
    await corner.offer(
      cornflakesSwitch({ target: { toProductIds: ['corner-flakes'], fromBrand: "Kellogg's" } }),
    );
    expect((await corner.preview(rosa, 'cereals')).body).toMatchObject({ outcome: 'offer' });
  });

  it('It asks about the person, so it needs the consent to profiling', async () => {
    const sam = await corner.person('sam', ['location']);
    await corner.buys(sam, 'kelloggs-flakes', { daysAgo: everyFourWeeks });
    await corner.offer(cornflakesSwitch());
    await corner.walkTo(sam, 'cereals');
    expect(await corner.decisionAbout(sam)).toMatchObject({ outcome: 'silence', reason: 'no-consent' });
  });
});
