import { randomUUID } from 'node:crypto';
import { type World } from '../support/route-world.js';

/**
 * Who may what: one line a route, and on it one letter for each principal. What is asked for is ann's, or of the
 * store `north`.
 *
 *   .  401, a credential is needed     x  403, may not     o  404, foreign looks as if it were missing
 *   +  2xx, may
 *
 * To add a route, add its line where its neighbours are. The columns:
 *
 *   anonymous │ shoppers ann, bob │ gateways of north, south │ tills of north, south │ associates of north, south │
 *   marketer, approver, analyst, admin │ service │ staff with all five roles who are kept to south
 *
 * The third place says what is asked, where the path alone does not: see `Example`. As a function it makes
 * something fresh for everyone who may. What follows `#` in a route tells lines of one route apart.
 */
export type Line = readonly [
  route: string,
  answers: string,
  ask?: Example | ((world: World) => Example | Promise<Example>),
];

/** A request; `path` fills the places of the route that differ from those of `World.ids`. */
export interface Example {
  path?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Another credential of the same principal. */
  as?: (who: string) => Promise<string>;
}

const now = (): string => new Date().toISOString();
const id = (): string => randomUUID();
const once = (): Record<string, string> => ({ 'idempotency-key': id() });
const present = { 'if-match': '*' };
const said = { granted: true, policyVersion: '1', source: 'test' };
const eur = (amount: number): object => ({ amount, currency: 'EUR' });
const rule = { combinator: 'and', rules: [{ field: 'store.id', operator: '=', value: 'north' }] };
const heard = (gatewayId: string): object => ({
  sightings: [{ gatewayId, beaconId: 'mac:c3000012ab35', rssiDbm: -50 }],
});
const ofStore = { query: '?storeId=north' };
const filters = {
  productId: 'filters',
  name: 'Filters',
  brand: 'Own',
  ownBrand: true,
  category: 'coffee filters',
  price: eur(199),
};
const basket = [{ productId: 'filters', quantity: 1, unitPrice: eur(199) }];
const offer = {
  name: 'x',
  kind: 'message',
  trigger: { on: ['zoneEntered'] },
  content: { default: { title: 'x', body: 'y' } },
};
const programme = {
  currency: 'EUR',
  tiers: [0, 10, 20].map((threshold) => ({ name: `t${threshold}`, threshold })),
  period: { kind: 'calendarYear' },
  earning: [{ pointsPerUnit: 1 }],
};

// prettier-ignore
export const TABLE: readonly Line[] = [
  // ── operating ──────────────────────────────────── a AB GG TT FF mvyd s k
  ['GET /livez',                                       '+ ++ ++ ++ ++ ++++ + +'],
  ['GET /readyz',                                      '+ ++ ++ ++ ++ ++++ + +'],
  ['GET /metrics',                                     '+ ++ ++ ++ ++ ++++ + +'], // from loopback; see security.spec.ts
  ['GET /openapi.json',                                '+ ++ ++ ++ ++ ++++ + +'],
  ['GET /docs',                                        '+ ++ ++ ++ ++ ++++ + +'],
  ['GET /docs/start.js',                               '+ ++ ++ ++ ++ ++++ + +'],
  ['GET /docs/assets/swagger-ui.css',                  '+ ++ ++ ++ ++ ++++ + +'],
  ['GET /docs/assets/swagger-ui-bundle.js',            '+ ++ ++ ++ ++ ++++ + +'],

  // ── access ─────────────────────────────────────── a AB GG TT FF mvyd s k
  ['GET /v1/audit',                                    '. xx xx xx xx xx++ x x'],
  ['GET /v1/keys',                                     '. xx xx xx xx xxx+ x x'],
  ['POST /v1/keys',                                    '. xx xx xx xx xxx+ x x', { body: { kind: 'pos', storeId: 'north' } }],
  ['DELETE /v1/keys/{keyId}',                          '. xx xx xx xx xxx+ x x', async (w) => ({ path: { keyId: await w.freshKey() } })],
  ['GET /v1/staff',                                    '. xx xx xx xx xxx+ x x'],
  ['POST /v1/staff',                                   '. xx xx xx xx xxx+ x x', () => ({ body: { email: `${id()}@shop.test`, displayName: 'N', password: 'correct horse battery', roles: ['analyst'] } })],
  ['PATCH /v1/staff/{staffId}',                        '. xx xx xx xx xxx+ x x', { body: { displayName: 'Newly named' } }],
  ['POST /v1/sessions',                                '+ ++ ++ ++ ++ ++++ + +', (w) => ({ body: w.signIn })],
  ['GET /v1/sessions/oidc/start',                      'o oo oo oo oo oooo o o'], // there is no provider here; see oidc.spec.ts
  ['GET /v1/sessions/oidc/callback',                   'o oo oo oo oo oooo o o', { query: '?code=x&state=y' }],
  ['DELETE /v1/sessions/current',                      '. xx xx xx ++ ++++ x +', (w) => ({ as: (who) => w.freshSession(who) })],
  ['POST /v1/shoppers/{shopperId}/tokens',             '. xx xx xx xx xxxx + x'],
  ['DELETE /v1/shoppers/{shopperId}/tokens',           '. xx xx xx xx xxx+ + x', { path: { shopperId: 'cat' } }],

  // ── stores and catalogue ───────────────────────── a AB GG TT FF mvyd s k
  ['GET /v1/stores',                                   '. xx xx xx ++ ++++ + +'],
  ['GET /v1/stores/{storeId}',                         '. xx xx xx +o ++++ + o'],
  ['PUT /v1/stores/{storeId}',                         '. xx xx xx xx xxx+ + o', (w) => ({ body: w.layout('north'), headers: present })],
  ['GET /v1/stores/{storeId}/health',                  '. xx xx xx +o ++++ + o'],
  ['POST /v1/stores/{storeId}/recordings',             '. xx xx xx xx xxx+ + o', async (w) => { await w.endRecordings(); return { body: { minutes: 1 } }; }],
  ['GET /v1/stores/{storeId}/recordings',              '. xx xx xx xx xxx+ + o'],
  ['GET /v1/stores/{storeId}/recordings/{recordingId}',        '. xx xx xx xx xxx+ + o'],
  ['POST /v1/stores/{storeId}/recordings/{recordingId}/end',   '. xx xx xx xx xxx+ + o', async (w) => ({ path: { recordingId: await w.freshRecording() } })],
  ['GET /v1/stores/{storeId}/recordings/{recordingId}/trace',  '. xx xx xx xx xxx+ + o'],
  ['DELETE /v1/stores/{storeId}/recordings/{recordingId}',     '. xx xx xx xx xxx+ + o', async (w) => ({ path: { recordingId: await w.freshRecording() } })],
  ['GET /v1/gateways/{gatewayId}/secrets',             '. xx xx xx xx xxx+ + o'],
  ['PUT /v1/gateways/{gatewayId}/secrets',             '. xx xx xx xx xxx+ + o', { body: { merakiValidator: 'v' } }],
  ['POST /v1/products',                                '. xx xx xx xx xxx+ + x', { body: [filters] }],
  ['GET /v1/products',                                 '. xx xx xx ++ ++++ + +'],
  ['GET /v1/products/{productId}',                     '. xx xx xx ++ ++++ + +'],
  ['POST /v1/stock',                                   '. xx xx xx xx xxx+ + +', { body: [{ storeId: 'north', productId: 'filters', available: true }] }], // foreign items are named

  // ── shoppers ───────────────────────────────────── a AB GG TT FF mvyd s k
  ['GET /v1/shoppers',                                 '. xx xx xx xx +x++ + +'],
  ['POST /v1/shoppers',                                '. xx xx xx xx xxx+ + x', { body: [{ shopperId: 'cat' }] }],
  ['GET /v1/shoppers/{shopperId}',                     '. xx xx xx xx ++++ + o'], // ann never was in south
  ['GET /v1/shoppers/{shopperId} #who was there',      '. xx xx xx xx ++++ + +', (w) => w.visitorOf('south')],
  ['PUT /v1/shoppers/{shopperId}',                     '. xx xx xx xx xxx+ + x', { path: { shopperId: 'cat' }, body: {} }],
  ['POST /v1/shoppers/{shopperId}/merge',              '. xx xx xx xx xxx+ + x', async (w) => ({ path: { shopperId: 'cat' }, body: { from: await w.freshShopper() } })], // the stricter consent wins: not ann's
  ['GET /v1/shoppers/{shopperId}/replenishment',       '. xx xx xx xx ++++ + o'],
  ['GET /v1/shoppers/{shopperId}/consents',            '. xx xx xx xx ++++ + o'],
  ['PUT /v1/shoppers/{shopperId}/consents/{purpose}',  '. xx xx xx xx xxx+ + x', { body: said }],
  ['POST /v1/consents',                                '. xx xx xx xx xxx+ + x', { body: [{ shopperId: 'ann', purpose: 'push', ...said }] }],
  ['GET /v1/shoppers/{shopperId}/messages',            '. xx xx xx xx xxx+ + x'],
  ['POST /v1/shoppers/{shopperId}/messages',           '. xx xx xx xx xxx+ + x', { body: { text: 'Hello' } }],
  ['GET /v1/loyalty/programme',                        '. xx xx xx xx ++++ + +'],
  ['PUT /v1/loyalty/programme',                        '. xx xx xx xx +xx+ + x', { body: programme, headers: present }],
  ['POST /v1/purchases',                               '. xx xx ++ xx xxx+ + x', () => ({ body: [{ purchaseId: id(), shopperId: 'ann', storeId: 'north', channel: 'store', purchasedAt: now(), lines: [{ productId: 'filters', quantity: 1 }] }] })], // of another store: named, below
  ['POST /v1/interactions',                            '. xx xx xx xx xxx+ + x', () => ({ body: [{ interactionId: id(), shopperId: 'ann', type: 'viewed', productId: 'filters', at: now(), channel: 'app' }] })],
  ['POST /v1/imports',                                 '. xx xx xx xx xxx+ + x', { query: '?type=shoppers', body: 'shopperId\ncat\n', headers: { 'content-type': 'text/csv' } }],
  ['GET /v1/imports',                                  '. xx xx xx xx xxx+ + x'],
  ['GET /v1/imports/{importId}',                       '. xx xx xx xx xxx+ + x'],
  ['GET /v1/imports/{importId}/rejected',              '. xx xx xx xx xxx+ + x'],

  // ── the shop floor: ann is in north ────────────── a AB GG TT FF mvyd s k
  ['GET /v1/stores/{storeId}/visits',                  '. xx xx xx +o xxx+ x o'],
  ['GET /v1/visits/{visitAlias}/card',                 '. xx xx xx +o xxx+ x o'],
  ['POST /v1/visits/{visitAlias}/claim',               '. xx xx xx +o xxx+ x o', async (w) => ({ path: { visitAlias: await w.freshVisit() } })],
  ['DELETE /v1/visits/{visitAlias}/claim',             '. xx xx xx +o xxx+ x o'],
  ['POST /v1/visits/{visitAlias}/notes',               '. xx xx xx +o xxx+ x o', { body: { text: 'Likes it strong' } }],
  ['POST /v1/visits/{visitAlias}/messages',            '. xx xx xx +o xxx+ x o', { body: { text: 'Hello' } }],
  ['GET /v1/associates/me/clients',                    '. xx xx xx ++ xxx+ x +'],

  ['DELETE /v1/shoppers/{shopperId}',                  '. xx xx xx xx xxx+ + x', async (w) => ({ path: { shopperId: await w.freshShopper() } })],
  ['GET /v1/erasures/{erasureId}',                     '. xx xx xx xx xxx+ + x'],
  ['GET /v1/shoppers/{shopperId}/export',              '. xx xx xx xx xxx+ + x'],

  // ── the app: everyone's own, no path names a shopper a AB GG TT FF mvyd s k
  ['GET /v1/me',                                       '. ++ xx xx xx xxxx x x'],
  ['GET /v1/me/beacons',                               '. ++ xx xx xx xxxx x x', ofStore],
  ['GET /v1/me/consents',                              '. ++ xx xx xx xxxx x x'],
  ['GET /v1/me/consents/{purpose}',                    '. ++ xx xx xx xxxx x x'],
  ['PUT /v1/me/consents/{purpose}',                    '. ++ xx xx xx xxxx x x', { body: said }],
  ['PUT /v1/me/devices/{deviceId}',                    '. ++ xx xx xx xxxx x x', () => ({ path: { deviceId: id() }, body: { platform: 'web' } })],
  ['GET /v1/me/preferences',                           '. ++ xx xx xx xxxx x x'],
  ['PUT /v1/me/preferences',                           '. ++ xx xx xx xxxx x x', { body: {} }],
  ['GET /v1/me/offers',                                '. ++ xx xx xx xxxx x x'],
  ['POST /v1/me/offers/{deliveryId}/events',           '. +o xx xx xx xxxx x x', { body: { type: 'opened' } }],
  ['POST /v1/me/feedback',                             '. ++ xx xx xx xxxx x x', { body: { text: 'Nice' } }],
  ['GET /v1/me/messages',                              '. ++ xx xx xx xxxx x x'],
  ['POST /v1/me/messages',                             '. ++ xx xx xx xxxx x x', { body: { text: 'Hello' } }],
  ['GET /v1/me/export',                                '. ++ xx xx xx xxxx x x'],
  ['DELETE /v1/me',                                    '. ++ xx xx xx xxxx x x', (w) => ({ as: (who) => w.freshToken(who) })],
  ['POST /v1/me/ranging',                              '. ++ xx xx xx xxxx x x', { body: [] }],
  ['POST /v1/checkins',                                '. ++ xx xx xx xxxx x x', { body: { storeId: 'north', method: 'qr' } }],

  // ── sightings ──────────────────────────────────── a AB GG TT FF mvyd s k
  ['POST /v1/sightings',                               '. ++ ++ xx xx xxxx x x', { body: heard('gw-north') }], // another store's gateway: named, below
  ['POST /v1/gateways/{gatewayId}/{format}',           '. xx +o xx xx xxxx x x', { body: [] }],
  ['GET /v1/gateways/{gatewayId}/meraki',              '. xx +o xx xx xxxx x x'],

  // ── offers and rules ───────────────────────────── a AB GG TT FF mvyd s k
  ['GET /v1/offers',                                   '. xx xx xx xx ++++ + +'],
  ['POST /v1/offers',                                  '. xx xx xx xx +xx+ + x', { body: offer }], // 403: of all stores
  ['GET /v1/offers/{offerId}',                         '. xx xx xx xx ++++ + o'],
  ['PATCH /v1/offers/{offerId}',                       '. xx xx xx xx +xx+ + o', { body: { name: 'Other' }, headers: present }],
  ['GET /v1/offers/{offerId}/revisions',               '. xx xx xx xx ++++ + o'],
  ['POST /v1/offers/{offerId}/submit',                 '. xx xx xx xx +xx+ + o', async (w) => ({ path: { offerId: await w.offer() } })],
  ['POST /v1/offers/{offerId}/approve',                '. xx xx xx xx x+x+ + o', async (w) => ({ path: { offerId: await w.offer('submit') } })],
  ['POST /v1/offers/{offerId}/reject',                 '. xx xx xx xx x+x+ + o', async (w) => ({ path: { offerId: await w.offer('submit') } })],
  ['POST /v1/offers/{offerId}/pause',                  '. xx xx xx xx +xx+ + o', async (w) => ({ path: { offerId: await w.offer('submit', 'approve') } })],
  ['POST /v1/offers/{offerId}/resume',                 '. xx xx xx xx +xx+ + o', async (w) => ({ path: { offerId: await w.offer('submit', 'approve', 'pause') } })],
  ['POST /v1/offers/{offerId}/archive',                '. xx xx xx xx +xx+ + o', async (w) => ({ path: { offerId: await w.offer() } })],
  ['POST /v1/offers/{offerId}/rollback',               '. xx xx xx xx x+x+ + o', async (w) => ({ path: { offerId: await w.revisedOffer() } })],
  ['POST /v1/offers/{offerId}/test-send',              '. xx xx xx xx ++x+ + o', async (w) => ({ path: { offerId: await w.offer() }, body: { shopperId: await w.testPhone(), storeId: 'north' } })],
  ['GET /v1/feedback',                                 '. xx xx xx xx ++++ + +'],
  ['GET /v1/feedback #of a store',                     '. xx xx xx xx ++++ + o', ofStore],
  ['GET /v1/offer-templates',                          '. xx xx xx xx ++++ + +'],
  ['POST /v1/offer-templates/{template}',              '. xx xx xx xx +xx+ + x', (w) => w.offerTemplate()], // 403: of all stores
  ['GET /v1/rule-fields',                              '. xx xx xx xx ++++ + +'],
  ['POST /v1/rules/validate',                          '. xx xx xx xx ++++ + +', { body: { rule } }],
  ['POST /v1/rules/audience',                          '. xx xx xx xx ++++ + +', { body: { rule: { combinator: 'and', rules: [{ field: 'shopper.locale', operator: 'notNull' }] } } }],
  ['GET /v1/segments',                                 '. xx xx xx xx ++++ + +'],
  ['GET /v1/segments/{segmentId}',                     '. xx xx xx xx ++++ + +'],
  ['PUT /v1/segments/{segmentId}',                     '. xx xx xx xx +xx+ + x', (w) => ({ body: w.segment, headers: present })],
  ['DELETE /v1/segments/{segmentId}',                  '. xx xx xx xx +xx+ + x', async (w) => ({ path: { segmentId: await w.freshSegment() } })],
  ['GET /v1/segments/{segmentId}/members',             '. xx xx xx xx ++++ + +'],
  ['GET /v1/segments/{segmentId}/days',                '. xx xx xx xx ++++ + +'],
  ['GET /v1/segment-templates',                        '. xx xx xx xx ++++ + +'],
  ['POST /v1/segment-templates/{template}',            '. xx xx xx xx +xx+ + x', () => ({ body: { segmentId: id() } })],
  ['GET /v1/policies/contact',                         '. xx xx xx xx ++++ + +'],
  ['PUT /v1/policies/contact',                         '. xx xx xx xx x+x+ + x', (w) => ({ body: w.policy, headers: present })],

  // ── decisions, coupons, reports ────────────────── a AB GG TT FF mvyd s k
  ['GET /v1/decisions',                                '. xx xx xx xx ++++ + +'],
  ['GET /v1/decisions #of a store',                    '. xx xx xx xx ++++ + o', ofStore],
  ['GET /v1/decisions #of an offer',                   '. xx xx xx xx ++++ + o', (w) => ({ query: `?offerId=${w.ids['offerId']}` })],
  ['GET /v1/decisions/{decisionId}',                   '. xx xx xx xx ++++ + o'],
  ['POST /v1/decisions/preview',                       '. xx xx xx xx ++++ + o', { body: { shopperId: 'ann', storeId: 'north' } }],
  ['POST /v1/simulations',                             '. xx xx xx xx ++++ + o', (w) => ({ body: { offerId: w.ids['offerId'], from: '2026-01-01', to: '2026-01-02' } })],
  ['GET /v1/simulations',                              '. xx xx xx xx ++++ + +'],
  ['GET /v1/simulations/{simulationId}',               '. xx xx xx xx ++++ + o'],
  ['POST /v1/coupons/{code}/redeem',                   '. xx xx +o xx xxxx x x', () => ({ body: { purchaseId: id(), basket }, headers: once() })],
  ['POST /v1/coupons/{code}/hold',                     '. xx xx +o xx xxxx x x', async (w) => ({ path: { code: await w.freshCoupon() }, body: { purchaseId: id() } })],
  ['DELETE /v1/coupons/{code}/hold/{purchaseId}',      '. xx xx +o xx xxxx x x', (w) => w.heldCoupon()],
  ['POST /v1/redemptions/{redemptionId}/reverse',      '. xx xx +o xx xxxx x x', async (w) => ({ path: { redemptionId: await w.freshRedemption() }, body: { reason: 'returned' }, headers: once() })],
  ['GET /v1/reports/kpis',                             '. xx xx xx xx +x++ + +'],
  ['GET /v1/reports/kpis #of a store',                 '. xx xx xx xx +x++ + o', ofStore],
  ['GET /v1/reports/cohorts',                          '. xx xx xx xx +x++ + +'],
  ['GET /v1/reports/latency',                          '. xx xx xx xx +x++ + +'],
  ['GET /v1/reports/latency #of a store',              '. xx xx xx xx +x++ + o', ofStore],
  ['GET /v1/reports/trends',                           '. xx xx xx xx +x++ + +'],
  ['GET /v1/reports/trends #of a store',               '. xx xx xx xx +x++ + o', ofStore],
  ['GET /v1/reports/rfm',                              '. xx xx xx xx +x++ + +'],
  ['GET /v1/reports/rfm #of a store',                  '. xx xx xx xx +x++ + o', ofStore],
  ['GET /v1/reports/offers',                           '. xx xx xx xx +x++ + +'],
  ['GET /v1/reports/offers #of a store',               '. xx xx xx xx +x++ + o', ofStore],
  ['GET /v1/reports/funnel',                           '. xx xx xx xx +x++ + +'],
  ['GET /v1/reports/funnel #of a store',               '. xx xx xx xx +x++ + o', ofStore],
  ['GET /v1/reports/lift',                             '. xx xx xx xx +x++ + +'],
  ['GET /v1/reports/lift #of a store',                 '. xx xx xx xx +x++ + o', ofStore],
  ['GET /v1/reports/unredeemed-coupons',               '. xx xx xx xx +x++ + +'],
  ['GET /v1/webhooks',                                 '. xx xx xx xx xxx+ x x'],
  ['POST /v1/webhooks',                                '. xx xx xx xx xxx+ x x', { body: { url: 'https://1.1.1.1/hook', events: ['visit.started'] } }],
  ['DELETE /v1/webhooks/{webhookId}',                  '. xx xx xx xx xxx+ x x', async (w) => ({ path: { webhookId: await w.freshWebhook() } })],
  ['GET /v1/webhooks/{webhookId}/deliveries',          '. xx xx xx xx xxx+ x x'],
  ['POST /v1/webhooks/{webhookId}/redrive',            '. xx xx xx xx xxx+ x x', { body: {} }],
];

/**
 * What each look at a shopper and each change leaves in the audit log: the action, of what, and whether it says how
 * things were (`b`) and are (`a`). A route that changes something and stands in neither list fails.
 */
// prettier-ignore
export const AUDITED: Readonly<Record<string, readonly [action: string, subject: string, says: '' | 'a' | 'b' | 'ba']>> = {
  'POST /v1/keys':                                    ['key.created', 'key', 'a'],
  'DELETE /v1/keys/{keyId}':                          ['key.revoked', 'key', 'a'],
  'POST /v1/staff':                                   ['staff.created', 'staff', 'a'],
  'PATCH /v1/staff/{staffId}':                        ['staff.changed', 'staff', 'ba'],
  'DELETE /v1/shoppers/{shopperId}/tokens':           ['tokens.revoked', 'shopper', ''],
  'PUT /v1/stores/{storeId}':                         ['store.replaced', 'store', 'ba'],
  'POST /v1/stores/{storeId}/recordings':             ['recording.started', 'store', 'a'],
  'POST /v1/stores/{storeId}/recordings/{recordingId}/end': ['recording.ended', 'store', 'a'],
  'DELETE /v1/stores/{storeId}/recordings/{recordingId}':   ['recording.removed', 'store', 'a'],
  'PUT /v1/gateways/{gatewayId}/secrets':             ['gateway-secrets.changed', 'gateway', 'ba'],
  'GET /v1/shoppers/{shopperId}':                     ['shopper.viewed', 'shopper', ''],
  'GET /v1/shoppers/{shopperId}/replenishment':       ['shopper.viewed', 'shopper', ''],
  'GET /v1/shoppers/{shopperId}/consents':            ['shopper.viewed', 'shopper', ''],
  'GET /v1/shoppers/{shopperId}/messages':            ['shopper.viewed', 'shopper', ''],
  'GET /v1/shoppers/{shopperId}/export':              ['shopper.exported', 'shopper', ''],
  'GET /v1/me/export':                                ['shopper.exported', 'shopper', ''],
  'POST /v1/shoppers/{shopperId}/merge':              ['shopper.merged', 'shopper', 'ba'],
  'PUT /v1/shoppers/{shopperId}/consents/{purpose}':  ['consent.recorded', 'shopper', 'ba'],
  'PUT /v1/me/consents/{purpose}':                    ['consent.recorded', 'shopper', 'ba'],
  'POST /v1/consents':                                ['consent.bulk-recorded', 'consents', 'a'], // each is in the history
  'DELETE /v1/shoppers/{shopperId}':                  ['shopper.erasure-requested', 'erasure', ''],
  'DELETE /v1/me':                                    ['shopper.erasure-requested', 'erasure', ''],
  'PUT /v1/loyalty/programme':                        ['loyalty.programme-replaced', 'loyalty', 'ba'],
  'POST /v1/imports':                                 ['import.received', 'import', 'a'],
  'POST /v1/offers':                                  ['offer.created', 'offer', 'a'],
  'POST /v1/offer-templates/{template}':              ['offer.created', 'offer', 'a'],
  'PATCH /v1/offers/{offerId}':                       ['offer.edited', 'offer', 'ba'],
  'POST /v1/offers/{offerId}/submit':                 ['offer.submitted', 'offer', 'ba'],
  'POST /v1/offers/{offerId}/approve':                ['offer.approved', 'offer', 'ba'],
  'POST /v1/offers/{offerId}/reject':                 ['offer.rejected', 'offer', 'ba'],
  'POST /v1/offers/{offerId}/pause':                  ['offer.paused', 'offer', 'ba'],
  'POST /v1/offers/{offerId}/resume':                 ['offer.resumed', 'offer', 'ba'],
  'POST /v1/offers/{offerId}/archive':                ['offer.archived', 'offer', 'ba'],
  'POST /v1/offers/{offerId}/rollback':               ['offer.rolledBack', 'offer', 'ba'],
  'POST /v1/offers/{offerId}/test-send':              ['offer.test-sent', 'offer', ''],
  'PUT /v1/segments/{segmentId}':                     ['segment.replaced', 'segment', 'ba'],
  'DELETE /v1/segments/{segmentId}':                  ['segment.removed', 'segment', 'b'],
  'POST /v1/segment-templates/{template}':            ['segment.created', 'segment', 'a'],
  'PUT /v1/policies/contact':                         ['policy.replaced', 'policy', 'ba'],
  'POST /v1/webhooks':                                ['webhook.created', 'webhook', 'a'],
  'DELETE /v1/webhooks/{webhookId}':                  ['webhook.removed', 'webhook', 'b'],
  'POST /v1/webhooks/{webhookId}/redrive':            ['webhook.redriven', 'webhook', 'a'],
};

/** What changes something and is on no audit record, and why not. */
export const NOT_AUDITED: readonly (readonly [why: string, routes: readonly string[]])[] = [
  ['signing in and out is in the log of the program', ['POST /v1/sessions', 'DELETE /v1/sessions/current']],
  ['the back office has one made at each start of an app', ['POST /v1/shoppers/{shopperId}/tokens']],
  [
    'masses of the retailer’s own data, under ids that are the retailer’s',
    [
      'POST /v1/products',
      'POST /v1/stock',
      'POST /v1/shoppers',
      'PUT /v1/shoppers/{shopperId}',
      'POST /v1/purchases',
      'POST /v1/interactions',
    ],
  ],
  [
    'told by a row of its own that says who and when',
    [
      'POST /v1/shoppers/{shopperId}/messages',
      'POST /v1/me/messages',
      'POST /v1/visits/{visitAlias}/notes',
      'POST /v1/visits/{visitAlias}/messages',
      'POST /v1/me/feedback',
      'POST /v1/me/offers/{deliveryId}/events',
      'POST /v1/checkins',
      'POST /v1/coupons/{code}/redeem',
      'POST /v1/coupons/{code}/hold',
      'DELETE /v1/coupons/{code}/hold/{purchaseId}',
      'POST /v1/redemptions/{redemptionId}/reverse',
      'POST /v1/simulations',
    ],
  ],
  [
    'who serves whom on the floor, until the visit ends',
    ['POST /v1/visits/{visitAlias}/claim', 'DELETE /v1/visits/{visitAlias}/claim'],
  ],
  ['a shopper’s own settings', ['PUT /v1/me/devices/{deviceId}', 'PUT /v1/me/preferences']],
  [
    'sensed, and kept nowhere',
    ['POST /v1/sightings', 'POST /v1/gateways/{gatewayId}/{format}', 'POST /v1/me/ranging'],
  ],
  ['changes nothing', ['POST /v1/rules/validate', 'POST /v1/rules/audience', 'POST /v1/decisions/preview']],
];

/** Sockets by namespace: who is let in, and what may be said there. */
// prettier-ignore
export const SOCKETS: readonly (readonly [namespace: string, answers: string, events: readonly string[]])[] = [
  //             a AB GG TT FF mvyd s k
  ['/shopper',  '. ++ xx xx xx xxxx x x', ['checkin', 'message', 'offer-event', 'sightings']],
  ['/floor',    '. xx xx xx ++ xxx+ x +', ['join']],
];

/** What may be said on a socket, about something of north or of ann: the letters of `TABLE`. */
// prettier-ignore
export const SOCKET_EVENTS: readonly (readonly [what: string, answers: string, body: (world: World) => object])[] = [
  //                       a AB GG TT FF mvyd s k
  ['/shopper checkin',     '. ++ xx xx xx xxxx x x', () => ({ storeId: 'north', method: 'qr' })],
  ['/shopper message',     '. ++ xx xx xx xxxx x x', () => ({ text: 'Hello' })],
  ['/shopper offer-event', '. +o xx xx xx xxxx x x', (w) => ({ deliveryId: w.ids['deliveryId'], type: 'opened' })],
  ['/shopper sightings',   '. ++ xx xx xx xxxx x x', () => ({ sightings: [{ beaconId: 'mac:c3000012ab35', rssiDbm: -50 }] })],
  ['/floor join',          '. xx xx xx +o xxx+ x o', () => ({ storeId: 'north' })],
];
