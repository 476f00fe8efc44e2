import type { ShopperId } from '../../shared/index.js';
import { readView, viewOf } from './shopper-view.js';

const walker = 'walker-1' as ShopperId;
const mainBrands = { cereals: { brand: 'Acme', ownBrand: false, units: 3 } };

describe('the view of a walker', () => {
  it('is empty where nothing was told, with location granted', () => {
    expect(viewOf(walker)).toEqual({
      shopperId: walker,
      attributes: {},
      consents: { location: true, profiling: false, push: true, clienteling: false },
      preferences: { mutedCategories: [] },
      activity: { visits: 0 },
      replenishment: new Map(),
      mainBrands: new Map(),
    });
  });

  it('has a history only with consent to profiling, told or by default', () => {
    const told = readView({ mainBrands, activity: { visits: 4 } }, 'views.walker-1');
    expect(viewOf(walker, told).mainBrands.size).toBe(0);
    expect(viewOf(walker, told).activity.visits).toBe(0);
    expect(viewOf(walker, told, true).mainBrands.get('cereals')?.brand).toBe('Acme');
    const refused = readView({ mainBrands, consents: { profiling: false } }, 'views.walker-1');
    expect(viewOf(walker, refused, true).mainBrands.size).toBe(0);
  });

  it('names the place of what is wrong', () => {
    expect(() => readView({ loyalty: { tier: 1, points: 0 } }, 'line 7: view')).toThrow(
      /^line 7: view\.loyalty\.tier: /,
    );
    expect(() => readView({ age: 7 }, 'views.w')).toThrow('views.w.age: no such field');
  });
});
