import type { LiveOffers } from '../offers/index.js';
import { Clock } from '../platform/index.js';
import type { GatewayId, Instant, StoreId } from '../shared/index.js';
import type { GatewayPulse } from '../sightings/index.js';
import type { StoreLayout, Stores } from '../stores/index.js';
import type { RadioMaps } from './location/radio-maps.service.js';
import { Surroundings } from './surroundings.js';

const NOW = Date.UTC(2026, 4, 4, 9, 0, 0);
const storeId = 'corner' as StoreId;

/** Until when the store's gateways are taken to have listened, by their number and when one last reported. */
function heardUntil(gateways: number, reportedAt: Instant | undefined): Instant | undefined {
  const layout = {
    storeId,
    gateways: new Map(Array.from({ length: gateways }, (_, nth) => [`g${nth}` as GatewayId, {}])),
  } as unknown as StoreLayout;
  const clock = new Clock();
  clock.now = () => NOW;
  const surroundings = new Surroundings(
    { layout: () => layout } as unknown as Stores,
    { heardUntil: () => reportedAt } as unknown as GatewayPulse,
    { snapshot: { dwellSeconds: [] } } as unknown as LiveOffers,
    { of: () => ({ layout, radio: undefined }) } as unknown as RadioMaps,
    clock,
  );
  return surroundings.placeOf(storeId)?.context.heardStoreUntil;
}

describe('what presence takes for the time until which somebody listened', () => {
  it.each([
    ['the last report of the store’s gateways', 2, NOW - 60_000, NOW - 60_000],
    ['now, where none ever reported', 2, undefined, NOW],
    ['now, where the store has none any more, whatever those it had reported', 0, NOW - 60_000, NOW],
  ])('is %s', (_, gateways, reportedAt, until) => {
    expect(heardUntil(gateways, reportedAt)).toBe(until);
  });
});
