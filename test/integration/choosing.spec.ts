import { Learning } from '../../src/decisions/choosing/learning.service.js';
import { Responses } from '../../src/decisions/choosing/responses.service.js';
import { PolicyLog } from '../../src/decisions/evaluation/policy-log.repository.js';
import type { PolicyLogLine } from '../../src/decisions/evaluation/policy-log.rules.js';
import {
  coffeeReminder,
  cornflakesSwitch,
  CornerShop,
  everyFourWeeks,
  type Decision,
  type Person,
} from '../support/corner-shop.js';
import type { Reply } from '../support/http.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

interface Line {
  offerId: string;
  eligible: boolean;
  reasons: { code: string; detail: string }[];
  score?: number;
  propensity?: number;
  productId?: string;
  worth?: Record<string, number>;
}
const DEFAULTS = { globalCaps: [], ranking: 'priority' };
const fifteenPercent = { reward: { type: 'percentOff', value: 15 } };

/** The main job and the choice by value, from a gateway's sighting to the phone, on real tables. */
describe('choosing', () => {
  let shop: Shop;
  let corner: CornerShop;
  let nora: Person;
  let carl: Person;

  beforeAll(async () => {
    shop = await startShop();
    corner = await CornerShop.open(shop);
    nora = await corner.person('nora');
    await corner.buys(nora, 'kelloggs-flakes', { daysAgo: everyFourWeeks });
    await corner.buys(nora, 'corner-flakes', { daysAgo: [85] });
    carl = await corner.person('carl');
    await corner.buys(carl, 'melitta-filters', { daysAgo: everyFourWeeks });
  });
  afterEach(() => corner.takeOffersDown());
  afterAll(async () => {
    corner.close();
    await shop.stop();
  });

  async function policy(over: object): Promise<Reply> {
    const current = await shop.call('GET', '/v1/policies/contact', { as: shop.serviceKey });
    return shop.call('PUT', '/v1/policies/contact', {
      as: shop.serviceKey,
      headers: { 'if-match': String(current.headers.get('etag')) },
      body: { ...DEFAULTS, ...over },
    });
  }
  async function decisionAbout(offerId: string): Promise<Decision> {
    const { body } = await until(
      () => shop.call('GET', `/v1/decisions?offerId=${offerId}`, { as: shop.serviceKey }),
      (reply) => (reply.body.items as Decision[]).length > 0,
    );
    return (body.items as [Decision])[0];
  }
  const considered = ({ body }: Reply): Line[] => body.considered as Line[];

  describe.each(['priority', 'incrementalValue'])('under %s', (ranking) => {
    beforeAll(async () => {
      expect(await policy({ ranking })).toMatchObject({ status: 200, body: { ranking } });
    });

    it('Nora is offered the own cornflakes at the cereals', async () => {
      const offerId = await corner.offer(cornflakesSwitch());
      const phone = await corner.phoneOf(nora);
      await corner.walkTo(nora, 'cereals');
      expect(await phone.nextOffer()).toMatchObject({ offerId, title: 'Just as crisp' });
      const decision = await decisionAbout(offerId);
      expect(decision).toMatchObject({
        outcome: 'offer',
        policy: ranking,
        productId: 'corner-flakes',
        considered: [{ offerId, revision: 1, eligible: true, propensity: 1, productId: 'corner-flakes' }],
      });
      await corner.walkTo(nora, 'door');
    });

    it('Carl is reminded of his filters at the coffee', async () => {
      const offerId = await corner.offer(coffeeReminder());
      const phone = await corner.phoneOf(carl);
      await corner.walkTo(carl, 'coffee');
      expect(await phone.nextOffer()).toMatchObject({ offerId, title: 'Running low?' });
      expect(await decisionAbout(offerId)).toMatchObject({ outcome: 'offer', policy: ranking });
      await corner.walkTo(carl, 'door');
    });
  });

  it('a discount on what he would buy anyway is silence by value, and an offer by priority', async () => {
    await policy({ ranking: 'incrementalValue' });
    await corner.offer(coffeeReminder(fifteenPercent));
    const byValue = await corner.preview(carl, 'coffee');
    expect(byValue.body).toMatchObject({ outcome: 'silence', reason: 'would-buy-anyway' });
    expect(considered(byValue)[0]!.reasons[0]!.detail).toContain('with a margin of 90.0 and a cost of 45.0');
    await policy({});
    expect((await corner.preview(carl, 'coffee')).body).toMatchObject({ outcome: 'offer' });
  });

  it('a discount on what he hardly ever buys is made by value', async () => {
    await policy({ ranking: 'incrementalValue' });
    const offerId = await corner.offer(cornflakesSwitch({ kind: 'crossSell', ...fifteenPercent }));
    const { body } = await corner.preview(carl, 'cereals');
    expect(body).toMatchObject({ outcome: 'offer', considered: [{ offerId, propensity: 1 }] });
    expect(body.considered[0].score).toBeGreaterThan(0);
  });

  it('below the least value there is silence, under either ranking', async () => {
    await corner.offer(coffeeReminder());
    for (const ranking of ['priority', 'incrementalValue']) {
      await policy({ ranking, minimumValue: { amount: 1, currency: 'EUR' } });
      expect((await corner.preview(carl, 'coffee')).body).toMatchObject({ outcome: 'offer' });
      await policy({ ranking, minimumValue: 50 });
      expect((await corner.preview(carl, 'coffee')).body).toMatchObject({
        outcome: 'silence',
        reason: 'below-minimum-value',
      });
    }
  });

  it('the ledger holds what was chosen among, by value, with propensities of what caps let through', async () => {
    await policy({ ranking: 'incrementalValue' });
    const filters = { target: { categories: ['coffee filters'] }, kind: 'message', eligibility: undefined };
    const dear = await corner.offer(coffeeReminder({ ...filters, name: 'Dear', priority: 10 }));
    const none = { target: {}, kind: 'message', eligibility: undefined };
    const plain = await corner.offer(coffeeReminder({ ...none, name: 'Plain', priority: 90 }));
    const spent = await corner.offer(
      coffeeReminder({ ...filters, name: 'Spent', limits: { perShopper: [{ max: 1, per: 'visit' }] } }),
    );
    await shop.database.run(
      `UPDATE cap_events SET offer_id = $1 WHERE decision_id =
         (SELECT decision_id FROM cap_events WHERE shopper_id = 'carl' ORDER BY at DESC LIMIT 1)`,
      [spent],
    );
    await corner.walkTo(carl, 'coffee');
    const decision = await decisionAbout(dear);
    const lines = decision.considered as Line[];
    const of = (offerId: string): Line => lines.find((line) => line.offerId === offerId)!;
    expect(of(spent)).toMatchObject({ eligible: false, reasons: [{ code: 'offer-cap' }] });
    expect(of(spent)).not.toHaveProperty('propensity');
    expect(of(dear).score).toBeGreaterThan(of(plain).score!);
    expect(of(dear).propensity! + of(plain).propensity!).toBeCloseTo(1, 9);
    expect(of(plain).propensity).toBeGreaterThanOrEqual(0.02);
    expect(of(dear).worth!['value']).toBeCloseTo(of(dear).score!, 3);
    expect([dear, plain]).toContain(decision.offerId);
    const preview = await corner.preview(carl, 'coffee');
    expect(preview.body.considered).toEqual(
      expect.arrayContaining([expect.objectContaining({ offerId: dear })]),
    );
  });

  it.each([
    [{ ranking: 'cheapest' }, 'ranking'],
    [{ minimumValue: '5' }, 'minimumValue'],
    [{ exploration: { gamma: 0, minimumPropensity: 0.02 } }, 'exploration.gamma'],
    [{ exploration: { gamma: 10, minimumPropensity: 0.2 } }, 'exploration.minimumPropensity'],
  ])('a policy of %j is refused at %s', async (over, path) => {
    const refused = await policy(over);
    expect(refused).toMatchObject({ status: 400 });
    expect((refused.body.errors as { path: string }[]).map((fault) => fault.path)).toContain(path);
  });

  describe('learning what offers bring', () => {
    const tally = async (node: string): Promise<{ trials: number; successes: number }> => {
      const [row] = await shop.database.query<{ trials: number; successes: number }>(
        'SELECT trials, successes FROM response_tallies WHERE node = $1',
        [node],
      );
      return row ?? { trials: 0, successes: 0 };
    };
    const made = async (
      person: Person,
      reward: object,
    ): Promise<{ offerId: string; couponCode?: string }> => {
      await corner.offer(coffeeReminder({ reward }));
      const phone = await corner.phoneOf(person);
      await corner.walkTo(person, 'coffee');
      return phone.nextOffer();
    };

    beforeAll(() => policy({}));

    it('a purchase that follows counts within seconds, once, and is in the memory that decides', async () => {
      const dora = await corner.person('dora');
      await corner.buys(dora, 'melitta-filters', { daysAgo: everyFourWeeks });
      const before = await tally('all');
      const { offerId } = await made(dora, { type: 'none' });
      await corner.buys(dora, 'melitta-filters', { daysAgo: [0] });
      const after = await until(
        () => tally(offerId),
        ({ successes }) => successes > 0,
      );
      const [trial] = await shop.database.query<{ response: number; taken: number }>(
        'SELECT response, taken FROM response_trials WHERE offer_id = $1',
        [offerId],
      );
      expect(after.successes / after.trials).toBeCloseTo(trial!.response / trial!.taken, 9);
      expect((await tally('all')).trials - before.trials).toBeCloseTo(after.trials, 9);
      await shop.database.run('UPDATE response_trials SET look_at = now() WHERE offer_id = $1', [offerId]);
      await shop.get(Learning).step();
      expect(await tally(offerId)).toEqual(after);
      const { tallies } = shop.get(Responses).economics;
      expect(tallies.get(offerId)).toMatchObject(after);
    });

    it('a redemption counts, and one that is taken back does not', async () => {
      const emma = await corner.person('emma');
      await corner.buys(emma, 'melitta-filters', { daysAgo: everyFourWeeks });
      const { offerId, couponCode } = await made(emma, { type: 'percentOff', value: 15 });
      const redeemed = await corner.redeem(couponCode!, [{ productId: 'melitta-filters', quantity: 1 }]);
      expect(redeemed).toMatchObject({ status: 200 });
      const counted = await until(
        () => tally(offerId),
        ({ successes }) => successes > 0,
      );
      const reversed = await shop.call('POST', `/v1/redemptions/${redeemed.body.redemptionId}/reverse`, {
        as: await shop.key('pos', 'corner'),
        headers: { 'idempotency-key': 'emma-brings-it-back' },
        body: { reason: 'returned' },
      });
      expect(reversed).toMatchObject({ status: 200 });
      // The visit may go on, so that she did not buy is not known yet: neither trial nor success remains.
      const taken = await until(
        () => tally(offerId),
        ({ successes }) => successes < counted.successes / 2,
      );
      expect(taken.successes).toBeCloseTo(0, 12);
      expect(taken.trials).toBeCloseTo(0, 12);
    });

    it('what nobody followed counts when the visit is over', async () => {
      const fritz = await corner.person('fritz');
      await corner.buys(fritz, 'melitta-filters', { daysAgo: everyFourWeeks });
      const { offerId } = await made(fritz, { type: 'none' });
      await shop.database.run(
        `UPDATE response_trials SET made_at = made_at - interval '5 h', look_at = look_at - interval '5 h'
         WHERE offer_id = $1`,
        [offerId],
      );
      const found = await until(
        () => tally(offerId),
        ({ trials }) => trials > 0,
      );
      expect(found.successes).toBe(0);
    });

    it('what is known is exported without shoppers, to judge other policies by', async () => {
      const lines: PolicyLogLine[] = [];
      const range = { from: 0, to: Date.now() };
      for await (const line of shop.get(PolicyLog).lines(range)) lines.push(line);
      expect(lines.length).toBeGreaterThan(1);
      for (const line of lines) {
        expect(line.choices.map(({ offerId }) => offerId)).toContain(line.offerId);
        expect(line.choices.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 9);
        expect(line.choices[0]!.priority).toBe(50);
        expect(Object.keys(line)).not.toContain('shopperId');
        // Who follows brings no more than the margin, who does not costs no more than what was expected of them.
        expect(line.reward > 0).toBe(line.bought);
      }
    });

    it('nothing is learned of whoever has withdrawn the use of purchases', async () => {
      const greta = await corner.person('greta');
      await corner.buys(greta, 'melitta-filters', { daysAgo: everyFourWeeks });
      const { offerId } = await made(greta, { type: 'none' });
      const consent = { granted: false, policyVersion: '1', source: 'app' };
      await shop.call('PUT', '/v1/shoppers/greta/consents/profiling', { as: shop.serviceKey, body: consent });
      await corner.buys(greta, 'melitta-filters', { daysAgo: [0] });
      await until(
        () => shop.database.query('SELECT 1 FROM response_trials WHERE offer_id = $1', [offerId]),
        (rows) => rows.length === 0,
      );
      expect(await tally(offerId)).toEqual({ trials: 0, successes: 0 });
    });
  });

  describe('what stands on the shelf', () => {
    const named = { toProductIds: ['corner-flakes'] };
    const body = '{{product.name}} for {{product.price}}';
    const content = { default: { title: 'Just as crisp', body } };

    beforeAll(async () => {
      await policy({});
      const product = (productId: string, name: string, grams: number, amount: number): object => ({
        productId,
        name,
        brand: 'Corner',
        ownBrand: true,
        category: 'cornflakes',
        packSize: { amount: grams, unit: 'g' },
        price: { amount, currency: 'EUR' },
        equivalenceGroup: 'cornflakes',
      });
      const written = await shop.call('POST', '/v1/products', {
        as: shop.serviceKey,
        body: [
          product('corner-flakes', 'Corner Corn Flakes', 375, 199),
          product('corner-big', 'Corner Corn Flakes 1 kg', 1_000, 399),
        ],
      });
      expect(written).toMatchObject({ status: 200 });
    });
    const stock = (available: Record<string, boolean>): Promise<Reply> =>
      shop.call('POST', '/v1/stock', {
        as: shop.serviceKey,
        body: Object.entries(available).map(([productId, there]) => ({
          storeId: 'corner',
          productId,
          available: there,
        })),
      });

    it('an equivalent in stock stands in, is named in the words, and its coupon is good', async () => {
      await corner.offer(cornflakesSwitch({ target: named, content, ...fifteenPercent }));
      await stock({ 'corner-flakes': false, 'corner-big': true });
      await until(
        () => corner.preview(nora, 'cereals'),
        ({ body: { offer } }) => offer?.body === 'Corner Corn Flakes 1 kg for 3.99 EUR',
        2_000,
      );
      const phone = await corner.phoneOf(nora);
      await corner.walkTo(nora, 'cereals');
      const offer = await phone.nextOffer();
      expect(offer.body).toBe('Corner Corn Flakes 1 kg for 3.99 EUR');
      expect(await decisionAbout(offer.offerId)).toMatchObject({ productId: 'corner-big' });
      const [coupon] = await shop.database.query<{ qualifies: object }>(
        'SELECT qualifies FROM coupons WHERE code = $1',
        [offer.couponCode],
      );
      expect(coupon!.qualifies).toEqual({ productIds: ['corner-flakes', 'corner-big'], categories: [] });
    });

    it('where none is, the offer is out of stock', async () => {
      await corner.offer(cornflakesSwitch({ target: named }));
      await stock({ 'corner-flakes': false, 'corner-big': false });
      await until(
        () => corner.preview(nora, 'cereals'),
        ({ body: { reason } }) => reason === 'out-of-stock',
        2_000,
      );
    });
  });
});
