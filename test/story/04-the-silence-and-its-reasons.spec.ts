import {
  CornerShop,
  STORE,
  coffeeGreeting,
  coffeeReminder,
  cornflakesSwitch,
  everyFourWeeks,
  type Decision,
  type Person,
} from '../support/corner-shop.js';
import { until } from '../support/until.js';
import { startShop, type Shop } from '../support/shop.js';

/**
 * Chapter 4. Most of the time the right thing to say is nothing. Silence is a decision too: the ledger names, for every
 * offer that was considered, each reason that stood against it.
 */
describe('4. The silence and its reasons', () => {
  let shop: Shop;
  let corner: CornerShop;
  let count = 0;

  beforeAll(async () => {
    shop = await startShop();
    corner = await CornerShop.open(shop);
  });
  afterEach(() => corner.takeOffersDown());
  afterAll(async () => {
    corner.close();
    await shop.stop();
  });

  /** Somebody nobody has met before: nothing that another scene left behind stands against them. */
  const somebody = (consents?: string[]): Promise<Person> => {
    count += 1;
    return corner.person(`shopper-${count}`, consents);
  };
  const codesOf = ({ considered }: Decision, offerId: string): string[] =>
    considered.find((each) => each.offerId === offerId)!.reasons.map(({ code }) => code);
  const goesToTheCoffee = async (person: Person): Promise<Decision> => {
    await corner.walkTo(person, 'coffee');
    return corner.decisionAbout(person);
  };
  const prefers = async ({ token }: Person, body: object): Promise<void> => {
    const said = await shop.call('PUT', '/v1/me/preferences', { as: token, body });
    expect(said.status).toBe(200);
  };
  const setPolicy = async (changes: object): Promise<void> => {
    const as = (await shop.staff('admin')).token;
    const { body, headers } = await shop.call('GET', '/v1/policies/contact', { as });
    const put = await shop.call('PUT', '/v1/policies/contact', {
      as,
      body: { ...body, ...changes },
      headers: { 'if-match': headers.get('etag') ?? '' },
    });
    expect(put.status).toBe(200);
  };

  describe('Because of the offer', () => {
    it('outside-schedule: it is not for today', async () => {
      const today = new Date().getUTCDay() || 7;
      const otherDay = ((today + 2) % 7) + 1;
      const offerId = await corner.offer(coffeeGreeting({ schedule: { daysOfWeek: [otherDay] } }));
      const decision = await goesToTheCoffee(await somebody());
      expect(decision).toMatchObject({ outcome: 'silence', reason: 'outside-schedule' });
      expect(codesOf(decision, offerId)).toEqual(['outside-schedule']);
    });

    it('rule-not-met: its rule asks for gold, and says where', async () => {
      const rule = { field: 'loyalty.tier', operator: '=', value: 'gold' };
      await corner.offer(coffeeGreeting({ eligibility: { combinator: 'and', rules: [rule] } }));
      const decision = await goesToTheCoffee(await somebody());
      expect(decision).toMatchObject({
        outcome: 'silence',
        reason: 'rule-not-met',
        considered: [{ eligible: false, reasons: [{ path: 'eligibility.rules[0]' }] }],
      });
    });

    it('irrelevant: a reminder of filters, to somebody who never bought any', async () => {
      const noRule = { combinator: 'and', rules: [] };
      const offerId = await corner.offer(coffeeReminder({ eligibility: noRule }));
      const decision = await goesToTheCoffee(await somebody());
      expect(decision).toMatchObject({ outcome: 'silence', reason: 'irrelevant' });
      expect(codesOf(decision, offerId)).toEqual(['irrelevant']);
    });

    it('out-of-stock: what it is for has run out here', async () => {
      const stock = (available: boolean | number): ReturnType<typeof shop.call> =>
        shop.call('POST', '/v1/stock', {
          as: shop.serviceKey,
          body: [{ storeId: STORE, productId: 'melitta-filters', available }],
        });
      expect((await stock(0)).body).toMatchObject({ accepted: 1 });
      await corner.offer(coffeeGreeting({ target: { productIds: ['melitta-filters'] } }));
      const person = await somebody();
      expect(await goesToTheCoffee(person)).toMatchObject({ outcome: 'silence', reason: 'out-of-stock' });
      expect((await stock(true)).body).toMatchObject({ accepted: 1 });
      await until(
        () => corner.preview(person, 'coffee'),
        ({ body }) => body.outcome === 'offer',
      );
    });

    it('limit-reached: all of them are given', async () => {
      await corner.offer(coffeeGreeting({ limits: { total: 1 } }));
      expect(await goesToTheCoffee(await somebody())).toMatchObject({ outcome: 'offer' });
      expect(await goesToTheCoffee(await somebody())).toMatchObject({
        outcome: 'silence',
        reason: 'limit-reached',
      });
    });
  });

  describe('Because of what came before', () => {
    it('offer-cap: once a month is enough', async () => {
      const person = await somebody();
      await corner.offer(coffeeGreeting({ limits: { perShopper: [{ max: 1, per: '30d' }] } }));
      expect(await goesToTheCoffee(person)).toMatchObject({ outcome: 'offer' });
      await corner.walkTo(person, 'cereals');
      await corner.walkTo(person, 'coffee');
      const decision = await corner.decisionAbout(person, 2);
      expect(decision).toMatchObject({ outcome: 'silence', reason: 'offer-cap' });
      expect(decision.considered[0]!.reasons[0]!.detail).toBe('1 of at most 1 offers per 30d');
    });

    it('global-cap: one offer a minute, whatever it is, unless the house says otherwise', async () => {
      const person = await somebody();
      await corner.buys(person, 'kelloggs-flakes', { daysAgo: everyFourWeeks });
      await corner.offer(coffeeGreeting());
      await corner.offer(cornflakesSwitch());
      expect(await goesToTheCoffee(person)).toMatchObject({ outcome: 'offer' });
      await corner.walkTo(person, 'cereals');
      const decision = await corner.decisionAbout(person, 2);
      expect(decision).toMatchObject({ outcome: 'silence', reason: 'global-cap', zoneId: 'cereals' });
    });

    it('exclusion-group: two offers that mean the same do not come in one visit', async () => {
      const person = await somebody();
      await corner.buys(person, 'kelloggs-flakes', { daysAgo: everyFourWeeks });
      const limits = { ignoresGlobalCaps: true };
      await corner.offer(coffeeGreeting({ exclusionGroup: 'breakfast', limits }));
      await corner.offer(cornflakesSwitch({ exclusionGroup: 'breakfast', limits }));
      expect(await goesToTheCoffee(person)).toMatchObject({ outcome: 'offer' });
      await corner.walkTo(person, 'cereals');
      expect(await corner.decisionAbout(person, 2)).toMatchObject({
        outcome: 'silence',
        reason: 'exclusion-group',
      });
    });

    it('outranked: of two that suit, the one that matters more is made', async () => {
      const offerId = await corner.offer(coffeeGreeting({ priority: 90 }));
      const other = await corner.offer(coffeeGreeting({ name: 'Less urgent', priority: 10 }));
      const decision = await goesToTheCoffee(await somebody());
      expect(decision).toMatchObject({ outcome: 'offer', offerId });
      expect(codesOf(decision, offerId)).toEqual([]);
      expect(codesOf(decision, other)).toEqual(['outranked']);
    });
  });

  describe('Because of what the shopper wants', () => {
    it('no-consent: it would look at what they bought, and they said no to that', async () => {
      await corner.offer(coffeeReminder());
      const person = await somebody(['location']);
      await corner.buys(person, 'melitta-filters', { daysAgo: everyFourWeeks });
      const decision = await goesToTheCoffee(person);
      expect(decision).toMatchObject({ outcome: 'silence', reason: 'no-consent' });
    });

    it('no-consent: without the consent to location there is not even a row', async () => {
      await corner.offer(coffeeGreeting());
      const person = await somebody(['profiling']);
      await corner.walkTo(person, 'coffee');
      expect((await corner.preview(person, 'coffee')).body).toMatchObject({
        outcome: 'silence',
        reason: 'no-consent',
      });
      // Somebody who came after them is decided upon; they are not.
      await goesToTheCoffee(await somebody());
      const { body } = await shop.call('GET', `/v1/decisions?shopperId=${person.shopperId}`, {
        as: shop.serviceKey,
      });
      expect(body).toMatchObject({ items: [] });
    });

    it('quiet-hours: theirs are all day', async () => {
      await corner.offer(coffeeGreeting());
      const person = await somebody();
      await prefers(person, { quietHours: { from: '00:00', to: '24:00' } });
      expect(await goesToTheCoffee(person)).toMatchObject({ outcome: 'silence', reason: 'quiet-hours' });
    });

    it('snoozed: not for the next hour', async () => {
      await corner.offer(coffeeGreeting());
      const person = await somebody();
      await prefers(person, { snoozeUntil: new Date(Date.now() + 3_600_000).toISOString() });
      expect(await goesToTheCoffee(person)).toMatchObject({ outcome: 'silence', reason: 'snoozed' });
    });

    it('muted: no coffee, please', async () => {
      await corner.offer(coffeeGreeting({ target: { categories: ['coffee filters'] } }));
      const person = await somebody();
      await prefers(person, { mutedCategories: ['coffee filters'] });
      expect(await goesToTheCoffee(person)).toMatchObject({ outcome: 'silence', reason: 'muted' });
    });
  });

  describe('Because the house wants it so', () => {
    it('stopped: one switch silences the store, and lets it speak again', async () => {
      await corner.offer(coffeeGreeting());
      await setPolicy({ stopped: { storeIds: [STORE] } });
      const person = await somebody();
      await until(
        () => corner.preview(person, 'coffee'),
        ({ body }) => body.reason === 'stopped',
      );
      expect(await goesToTheCoffee(person)).toMatchObject({ outcome: 'silence', reason: 'stopped' });
      await setPolicy({ stopped: {} });
      await until(
        () => corner.preview(person, 'coffee'),
        ({ body }) => body.outcome === 'offer',
      );
    });

    it('quiet-hours: the house may have its own', async () => {
      await corner.offer(coffeeGreeting());
      await setPolicy({ quietHours: { from: '00:00', to: '24:00' } });
      const person = await somebody();
      await until(
        () => corner.preview(person, 'coffee'),
        ({ body }) => body.reason === 'quiet-hours',
      );
      await setPolicy({ quietHours: null });
      await until(
        () => corner.preview(person, 'coffee'),
        ({ body }) => body.outcome === 'offer',
      );
    });

    it('holdout: a ghost is written to learn what the offer earns, and takes nothing from its limit', async () => {
      const offerId = await corner.offer(coffeeGreeting({ holdoutShare: 1, limits: { total: 1 } }));
      for (const person of [await somebody(), await somebody()]) {
        const phone = await corner.phoneOf(person);
        const decision = await goesToTheCoffee(person);
        expect(decision).toMatchObject({ outcome: 'ghost', reason: 'holdout', offerId });
        expect((await corner.wallet(person)).body).toMatchObject({ items: [] });
        expect(phone.offers).toEqual([]);
      }
    });
  });

  it('unknown-shopper: a preview may ask about somebody who is not there', async () => {
    await corner.offer(coffeeGreeting());
    expect((await corner.preview({ shopperId: 'nobody' }, 'coffee')).body).toEqual({
      outcome: 'silence',
      reason: 'unknown-shopper',
      considered: [],
    });
  });

  it('A preview names the same reasons as the ledger, and writes nothing', async () => {
    const person = await somebody();
    await corner.buys(person, 'melitta-filters', { daysAgo: [1] });
    const offerId = await corner.offer(coffeeReminder());
    const { body } = await corner.preview(person, 'coffee');
    expect(body).toMatchObject({ outcome: 'silence', reason: 'rule-not-met', considered: [{ offerId }] });
    const ledger = await shop.call('GET', `/v1/decisions?shopperId=${person.shopperId}`, {
      as: shop.serviceKey,
    });
    expect(ledger.body).toMatchObject({ items: [] });
    const decision = await goesToTheCoffee(person);
    expect(decision.considered).toEqual(body.considered);
  });
});
