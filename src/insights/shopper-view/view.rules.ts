import type { Instant } from '../../shared/time.js';
import type { ShopperId, StoreId } from '../../shared/ids.js';
import { ModelForesight } from '../replenishment/foresight.rules.js';
import { modelOf } from '../replenishment/learning.rules.js';
import { Clientele } from '../replenishment/model/clientele.rules.js';
import { storedModel } from '../replenishment/packing.rules.js';
import type {
  CategoryPrior,
  ConsentPurpose,
  Consents,
  Foresight,
  MainBrand,
  ShopperTraits,
  ShopperView,
  ValueModel,
  ValueState,
} from '../../shared/shopper-view.js';

/** Category and its state, as a list: a view holds many, and names would be most of what is sent. */
type StateEntry = [
  category: string,
  purchases: number,
  lastPurchasedAt: Instant,
  visitsAtFirst: number,
  sumLogGap: number,
  sumLogGapSquared: number,
  /** 64 bytes in base64; null where the row was folded before there was a model. */
  habit: string | null,
];
type BrandEntry = [
  equivalenceGroup: string,
  brand: string,
  ownBrand: boolean,
  units: number,
  share: number,
  ownBrandShare: number,
];

/**
 * More than households buy of a supermarket's categories: a habit that were left out would be as if it never was.
 * What was bought more than once comes first, then what was bought last.
 */
export const MOST_CATEGORIES = 400;

/** One shopper as Postgres gives it; `null` where nothing is known. */
export interface ViewRow {
  shopper_id: ShopperId;
  display_name: string | null;
  locale: string | null;
  time_zone: string | null;
  home_store_id: StoreId | null;
  birthday: string | null;
  attributes: ShopperView['attributes'];
  loyalty: NonNullable<ShopperView['loyalty']> | null;
  preferences: Partial<ShopperView['preferences']>;
  granted: ConsentPurpose[];
  visits: number | null;
  first_visit_at: Instant | null;
  last_visit_at: Instant | null;
  home_time_zone: string | null;
  model: Uint8Array | null;
  states: StateEntry[] | null;
  brands: BrandEntry[] | null;
  traits: ShopperTraits | null;
  segments: string[];
  ratings: [category: string, count: number, mean: number][] | null;
  value: ValueState | null;
}

/** The view of a row. Without `profiling` it holds nothing that was gathered about the shopper. */
export function viewOf(
  row: ViewRow,
  priorOf: (category: string) => CategoryPrior,
  model: ValueModel,
  clientele: Clientele = Clientele.default(),
): ShopperView {
  const consents = consentsOf(row.granted);
  return {
    shopperId: row.shopper_id,
    ...known('displayName', row.display_name),
    ...known('locale', row.locale),
    ...known('timeZone', row.time_zone),
    ...known('homeStoreId', row.home_store_id),
    consents,
    preferences: { mutedCategories: [], ...row.preferences },
    ...(consents.profiling ? profileOf(row, priorOf, model, clientele) : strangerOf()),
  };
}

type Personal = Pick<
  ShopperView,
  | 'birthday'
  | 'attributes'
  | 'loyalty'
  | 'activity'
  | 'replenishment'
  | 'foresight'
  | 'mainBrands'
  | 'traits'
  | 'segments'
  | 'ratings'
  | 'value'
>;

function profileOf(
  row: ViewRow,
  priorOf: (category: string) => CategoryPrior,
  model: ValueModel,
  clientele: Clientele,
): Personal {
  const states = (row.states ?? []).map(
    ([category, purchases, lastPurchasedAt, visitsAtFirst, sumLogGap, sumLogGapSquared]) => {
      const state = { purchases, lastPurchasedAt, visitsAtFirst, sumLogGap, sumLogGapSquared };
      return [category, { state, prior: priorOf(category) }] as const;
    },
  );
  const brands = (row.brands ?? []).map(
    ([group, brand, ownBrand, units, share, ownBrandShare]): [string, MainBrand] => [
      group,
      { brand, ownBrand, units, share, ownBrandShare },
    ],
  );
  return {
    ...known('birthday', row.birthday),
    attributes: row.attributes,
    ...known('loyalty', row.loyalty),
    activity: {
      visits: row.visits ?? 0,
      ...known('firstVisitAt', row.first_visit_at),
      ...known('lastVisitAt', row.last_visit_at),
    },
    replenishment: new Map(states),
    ...known('foresight', foresightOf(row, clientele)),
    mainBrands: new Map(brands),
    ...known('traits', row.traits),
    ...known('ratings', row.ratings && ratingsOf(row.ratings)),
    ...known('value', row.value && { state: valueStateOf(row.value), model }),
    segments: row.segments,
  };
}

function ratingsOf(ratings: NonNullable<ViewRow['ratings']>): NonNullable<ShopperView['ratings']> {
  return new Map(ratings.map(([category, count, mean]) => [category, { count, mean }]));
}

/** Null while a habit is without its record: such a row is folded anew before anybody reads it. */
function foresightOf(row: ViewRow, clientele: Clientele): Foresight | null {
  if (row.model === null || row.states === null) return null;
  const habits: [string, Uint8Array][] = [];
  for (const [category, , , , , , habit] of row.states) {
    if (habit === null) return null;
    habits.push([category, Buffer.from(habit, 'base64')]);
  }
  const model = modelOf(clientele, storedModel(row.model, habits));
  return new ModelForesight(model, clientele, row.time_zone ?? row.home_time_zone ?? 'UTC');
}

/** Only what the state is made of: the row carries more. */
function valueStateOf(row: ValueState): ValueState {
  const { purchaseDays, firstDay, lastDay, currency, spent, margin, spendDays, rfm } = row;
  const state = { purchaseDays, firstDay, lastDay, currency, spent, margin, spendDays };
  return rfm == null ? state : { ...state, rfm };
}

function strangerOf(): Personal {
  return { attributes: {}, activity: { visits: 0 }, replenishment: new Map(), mainBrands: new Map() };
}

function consentsOf(granted: readonly ConsentPurpose[]): Consents {
  return {
    location: granted.includes('location'),
    profiling: granted.includes('profiling'),
    push: granted.includes('push'),
    clienteling: granted.includes('clienteling'),
  };
}

/** `{name: value}`, or nothing where there is no value: what is not known is absent, not null. */
function known<Name extends string, Value>(name: Name, value: Value | null): Partial<Record<Name, Value>> {
  return value === null ? {} : ({ [name]: value } as Record<Name, Value>);
}
