import { randomUUID } from 'node:crypto';
import { CornerShop, coffeeReminder, everyFourWeeks, type Person } from '../support/corner-shop.js';
import type { ReceivedOffer } from '../support/shoppers-phone.js';
import { until } from '../support/until.js';
import { startShop, type Shop } from '../support/shop.js';

/**
 * Chapter 3. A man whose coffee filters are due walks past the coffee and is reminded; the till takes his coupon once.
 * One who bought filters online yesterday is not bothered.
 */
describe('3. The reminder at the coffee', () => {
  let shop: Shop;
  let corner: CornerShop;
  let carl: Person;
  let reminder: ReceivedOffer;
  const fifteenPercent = { reward: { type: 'percentOff', value: 15 } };

  beforeAll(async () => {
    shop = await startShop();
    corner = await CornerShop.open(shop);
    carl = await corner.person('carl');
    await corner.buys(carl, 'melitta-filters', { daysAgo: everyFourWeeks });
  });
  afterAll(async () => {
    corner.close();
    await shop.stop();
  });

  it('Carl buys filters every four weeks, and the last ones were a month ago: they are due', async () => {
    const { body } = await shop.call('GET', '/v1/shoppers/carl/replenishment', {
      as: shop.serviceKey,
    });
    const item = (body.items as Record<string, unknown>[]).find(
      ({ category }) => category === 'coffee filters',
    );
    expect(item).toMatchObject({ purchases: 6, lapsed: false });
    expect(item!['intervalDays']).toBeCloseTo(28, 0);
    expect(item!['dueProbability']).toBeGreaterThan(0.6);
    expect(item!['daysUntilDue']).toBeLessThan(0);
  });

  it('At the coffee his phone reminds him, with a coupon', async () => {
    await corner.offer(coffeeReminder(fifteenPercent));
    const phone = await corner.phoneOf(carl);
    await corner.walkTo(carl, 'coffee');
    reminder = await phone.nextOffer();
    expect(reminder).toMatchObject({
      title: 'Running low?',
      body: 'They are in Coffee & tea',
      zoneId: 'coffee',
      reward: { type: 'percentOff', value: 15 },
    });
    expect(reminder.couponCode).toEqual(expect.any(String));
    expect(Date.parse(reminder.expiresAt)).toBeGreaterThan(Date.now());
  });

  it('The ledger explains it', async () => {
    expect(await corner.decisionAbout(carl)).toMatchObject({
      decisionId: reminder.decisionId,
      outcome: 'offer',
      on: 'zoneEntered',
      zoneId: 'coffee',
      considered: [{ offerId: reminder.offerId, eligible: true, reasons: [] }],
    });
  });

  it('The till takes the discount off the filters and leaves the cornflakes alone', async () => {
    const redeemed = await corner.redeem(reminder.couponCode!, [
      { productId: 'melitta-filters', quantity: 2 },
      { productId: 'kelloggs-flakes', quantity: 1 },
    ]);
    // 15 % of 6.00
    expect(redeemed).toMatchObject({
      status: 200,
      body: { offerId: reminder.offerId, discount: { amount: 90, currency: 'EUR' } },
    });
  });

  it('A coupon is redeemed once, and is gone from the wallet', async () => {
    const again = await corner.redeem(reminder.couponCode!, [{ productId: 'melitta-filters', quantity: 1 }]);
    expect(again).toMatchObject({ status: 409, body: { code: 'already-redeemed' } });
    expect((await corner.wallet(carl)).body).toMatchObject({ items: [] });
  });

  it('Five tills at once: one of them redeems', async () => {
    const dora = await corner.person('dora');
    await corner.buys(dora, 'melitta-filters', { daysAgo: everyFourWeeks });
    const phone = await corner.phoneOf(dora);
    await corner.walkTo(dora, 'coffee');
    const { couponCode } = await phone.nextOffer();
    const tries = await Promise.all(
      Array.from({ length: 5 }, () =>
        corner.redeem(couponCode!, [{ productId: 'melitta-filters', quantity: 1 }]),
      ),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
  });

  it('Emil bought filters online yesterday: he is not reminded', async () => {
    const emil = await corner.person('emil');
    await corner.buys(emil, 'melitta-filters', { daysAgo: everyFourWeeks });
    await corner.buys(emil, 'melitta-filters', { daysAgo: [1], channel: 'online' });
    await until(
      () => corner.preview(emil, 'coffee'),
      ({ body }) => body.outcome === 'silence',
      2_000,
    );
    const phone = await corner.phoneOf(emil);
    await corner.walkTo(emil, 'coffee');
    const decision = await corner.decisionAbout(emil);
    expect(decision).toMatchObject({ outcome: 'silence', reason: 'rule-not-met' });
    expect(decision.considered[0]!.reasons[0]!).toMatchObject({ path: 'eligibility.rules[0]' });
    expect(phone.offers).toEqual([]);
  });

  it('A purchase at the till counts within two seconds', async () => {
    const fritz = await corner.person('fritz');
    await corner.buys(fritz, 'melitta-filters', { daysAgo: everyFourWeeks });
    await until(
      () => corner.preview(fritz, 'coffee'),
      ({ body }) => body.outcome === 'offer',
      2_000,
    );
    const posted = await shop.call('POST', '/v1/purchases', {
      as: await shop.key('pos', 'corner'),
      body: [
        {
          purchaseId: randomUUID(),
          shopperId: 'fritz',
          storeId: 'corner',
          channel: 'store',
          purchasedAt: new Date().toISOString(),
          lines: [{ productId: 'melitta-filters', quantity: 1 }],
        },
      ],
    });
    expect(posted).toMatchObject({ status: 200, body: { accepted: 1 } });
    await until(
      () => corner.preview(fritz, 'coffee'),
      ({ body }) => body.outcome === 'silence',
      2_000,
    );
    await corner.walkTo(fritz, 'coffee');
    expect(await corner.decisionAbout(fritz)).toMatchObject({ outcome: 'silence', reason: 'rule-not-met' });
  });

  it('A reminder needs no discount', async () => {
    await corner.takeOffersDown();
    await corner.offer(coffeeReminder({ reward: { type: 'none' } }));
    const gina = await corner.person('gina');
    await corner.buys(gina, 'melitta-filters', { daysAgo: everyFourWeeks });
    const phone = await corner.phoneOf(gina);
    await corner.walkTo(gina, 'coffee');
    const offer = await phone.nextOffer();
    expect(offer).not.toHaveProperty('reward');
    expect(offer).not.toHaveProperty('couponCode');
    expect((await corner.wallet(gina)).body).toMatchObject({ items: [{ deliveryId: offer.deliveryId }] });
  });
});
