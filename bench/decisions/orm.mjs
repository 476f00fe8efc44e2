// The same decision and the same rows as one would write them with TypeORM: an entity a table, one transaction each.
import { randomBytes } from 'node:crypto';
import { DataSource, EntitySchema, IsNull, MoreThan } from 'typeorm';

const text = { type: 'text' };
const uuid = { type: 'uuid' };
const when = { type: 'timestamptz' };
const json = { type: 'jsonb' };
const key = (column) => ({ ...column, primary: true });
const nullable = (column) => ({ ...column, nullable: true });

const entity = (name, columns) => new EntitySchema({ name, tableName: name, columns });
const ContactState = entity('contact_state', { shopper_id: key(text) });
const Consent = entity('consents', {
  shopper_id: key(text),
  purpose: key(text),
  granted: { type: 'boolean' },
});
const Visit = entity('visits', {
  visit_id: key(uuid),
  shopper_id: text,
  store_id: text,
  started_at: when,
  ended_at: nullable(when),
  via: text,
});
const Stay = entity('stays', {
  visit_id: key(uuid),
  zone_id: key(text),
  entered_at: key(when),
  left_at: nullable(when),
});
const CapEvent = entity('cap_events', {
  decision_id: key(uuid),
  shopper_id: text,
  at: when,
  offer_id: uuid,
  visit_id: uuid,
  tags: { type: 'text', array: true },
  exclusion_group: nullable(text),
  counts_globally: { type: 'boolean' },
});
const Counter = entity('offer_counters', {
  key: key(text),
  share: key({ type: 'smallint' }),
  offer_id: uuid,
  ceiling: { type: 'bigint' },
  used: { type: 'bigint' },
  whole: { type: 'bigint' },
});
const Reservation = entity('reservations', {
  decision_id: key(uuid),
  key: key(text),
  share: { type: 'smallint' },
  kind: text,
  amount: { type: 'bigint' },
  spent: { type: 'bigint' },
  closed: { type: 'boolean' },
});
const Decision = entity('decisions', {
  decision_id: key(uuid),
  change_id: uuid,
  shopper_id: text,
  store_id: text,
  visit_id: uuid,
  zone_id: text,
  on_trigger: text,
  at: when,
  outcome: text,
  reason: nullable(text),
  offer_id: uuid,
  revision: { type: 'int' },
  delivery_id: uuid,
  considered: json,
  latency: json,
});
const Delivery = entity('deliveries', {
  delivery_id: key(uuid),
  decision_id: uuid,
  shopper_id: text,
  offer_id: uuid,
  store_id: text,
  zone_id: text,
  visit_id: uuid,
  offer: json,
  categories: { type: 'text', array: true },
  created_at: when,
  expires_at: when,
});
const Coupon = entity('coupons', {
  code: key(text),
  offer_id: uuid,
  revision: { type: 'int' },
  decision_id: uuid,
  delivery_id: uuid,
  shopper_id: text,
  store_id: text,
  reward: json,
  qualifies: json,
  issued_at: when,
  expires_at: when,
});
const Outbox = entity('outbox', { id: key(uuid), event: text, payload: json, due_at: when });

const entities = [
  ContactState,
  Consent,
  Visit,
  Stay,
  CapEvent,
  Counter,
  Reservation,
  Decision,
  Delivery,
  Coupon,
  Outbox,
];

export function openOrm(url, poolSize) {
  return new DataSource({ type: 'postgres', url, entities, poolSize }).initialize();
}

const reward = { type: 'amountOff', value: { amount: 150, currency: 'EUR' } };

/** Locks, reads, judges and saves one change. */
export function decideWithOrm(orm, clock, offerId, change) {
  const { shopperId: shopper_id, storeId: store_id, zoneId: zone_id, visitId: visit_id } = change;
  const at = new Date(change.at);
  const [decision_id, delivery_id] = [clock.newId(), clock.newId()];
  return orm.transaction(async (manager) => {
    const lock = { mode: 'pessimistic_write' };
    await manager.findOneOrFail(ContactState, { where: { shopper_id }, lock });
    const consent = await manager.findOneBy(Consent, { shopper_id, purpose: 'location', granted: true });
    const decided = await manager.findOneBy(Decision, { change_id: change.changeId });
    if (consent === null || decided !== null) return;
    const visit =
      (await manager.findOneBy(Visit, { shopper_id, store_id, ended_at: IsNull() })) ??
      (await manager.save(Visit, { visit_id, shopper_id, store_id, started_at: at, via: 'sighting' }));
    await manager.save(Stay, { visit_id: visit.visit_id, zone_id, entered_at: at });
    const since = new Date(change.at - 30 * 86_400_000);
    const events = await manager.findBy(CapEvent, { shopper_id, at: MoreThan(since) });
    if (events.some((event) => event.visit_id === visit.visit_id) || events.length >= 50) return;
    const draws = [
      [`${offerId}:budget:campaign`, 150, 100_000_000_000],
      [`${offerId}:store:${store_id}`, 1, 100_000_000],
      [`${offerId}:total`, 1, 100_000_000],
    ];
    for (const [name, takes, ceiling] of draws) {
      const where = { key: name, share: 0 };
      const row = await manager.findOneOrFail(Counter, { where, lock });
      if (Number(row.used) + takes > ceiling) return;
      await manager.save(Counter, { ...row, used: Number(row.used) + takes });
      const held = { decision_id, key: name, share: 0, amount: takes, spent: 0, closed: false };
      await manager.save(Reservation, { ...held, kind: takes === 1 ? 'count' : 'money' });
    }
    const common = { decision_id, offer_id: offerId, shopper_id, store_id, zone_id, visit_id };
    const expires_at = new Date(change.at + 1_800_000);
    const code = randomBytes(10).toString('hex');
    const offer = {
      deliveryId: delivery_id,
      decisionId: decision_id,
      offerId,
      title: 'Fresh roast',
      couponCode: code,
    };
    await manager.save(Decision, {
      ...common,
      change_id: change.changeId,
      on_trigger: 'zoneEntered',
      at,
      outcome: 'offer',
      revision: 1,
      delivery_id,
      considered: [{ offerId, revision: 1, eligible: true, reasons: [] }],
      latency: { decided: clock.now() - change.at },
    });
    await manager.save(CapEvent, { ...common, at, tags: [], counts_globally: true });
    await manager.save(Delivery, {
      ...common,
      delivery_id,
      offer,
      categories: [],
      created_at: at,
      expires_at,
    });
    const qualifies = { productIds: [], categories: [] };
    await manager.save(Coupon, {
      ...common,
      code,
      revision: 1,
      delivery_id,
      reward,
      qualifies,
      issued_at: at,
      expires_at,
    });
    const payload = { deliveryId: delivery_id, shopperId: shopper_id };
    await manager.save(Outbox, { id: delivery_id, event: 'offer.granted', payload, due_at: expires_at });
  });
}

/** The rows of counters, which the other candidates make themselves. */
export async function makeCounters(orm, offerId) {
  for (const what of ['budget:campaign', 'store:bench', 'total']) {
    const row = { key: `${offerId}:${what}`, share: 0, offer_id: offerId, ceiling: 0, used: 0, whole: 0 };
    await orm.getRepository(Counter).insert(row);
  }
}
