/** A product as `POST /v1/products` takes it, prices in euro cents. */
export interface DemoProduct {
  productId: string;
  name: string;
  brand: string;
  ownBrand: boolean;
  category: string;
  packSize: { amount: number; unit: string };
  price: DemoMoney;
  unitCost: DemoMoney;
  equivalenceGroup: string;
}

export interface DemoMoney {
  amount: number;
  currency: 'EUR';
}

/** A kind of good that people run out of, with the brands that stand in for each other. */
export interface Good {
  group: string;
  category: string;
  name: string;
  pack: readonly [number, string];
  /** Of a national brand, in cents. */
  price: number;
  /** Days that a pack lasts a household. */
  lastsDays: number;
  brands: readonly string[];
}

export const OWN_BRAND = 'Corner';

type Row = readonly [string, string, string, readonly [number, string], number, number, string];

/** [group, category, name, pack, price, days it lasts, national brands]. The brands are made up. */
const RANGE: readonly Row[] = [
  ['cornflakes', 'cereals', 'Cornflakes', [500, 'g'], 299, 18, 'Goldcrest,Sunny Farm,Morgan’s'],
  ['muesli', 'cereals', 'Muesli', [750, 'g'], 389, 24, 'Alpina,Sunny Farm,Oatly Hill'],
  ['oats', 'cereals', 'Porridge oats', [1000, 'g'], 259, 30, 'Oatly Hill,Highland Mill,Morgan’s'],
  ['granola', 'cereals', 'Granola', [400, 'g'], 429, 25, 'Alpina,Crunch & Co,Oatly Hill'],
  ['spaghetti', 'pasta', 'Spaghetti', [500, 'g'], 189, 14, 'Bellini,Casa Rossa,Trattoria'],
  ['penne', 'pasta', 'Penne', [500, 'g'], 189, 16, 'Bellini,Casa Rossa,Trattoria'],
  ['rice', 'pasta', 'Basmati rice', [1000, 'g'], 319, 40, 'Golden Delta,Lotus,Himal'],
  ['tomato-sauce', 'pasta', 'Tomato sauce', [400, 'g'], 229, 15, 'Bellini,Casa Rossa,Mamma Lia'],
  ['ground-coffee', 'coffee', 'Ground coffee', [250, 'g'], 549, 14, 'Monte Negro,Harbour Roast,Café Lune'],
  ['beans', 'coffee', 'Coffee beans', [1000, 'g'], 1399, 35, 'Monte Negro,Harbour Roast,Café Lune'],
  ['instant-coffee', 'coffee', 'Instant coffee', [200, 'g'], 699, 45, 'Monte Negro,Quick Cup,Café Lune'],
  ['filters', 'coffee filters', 'Coffee filters', [80, 'pieces'], 249, 28, 'Filtra,Papyr,Café Lune'],
  ['black-tea', 'tea', 'Black tea', [80, 'bags'], 379, 30, 'Larkin’s,Assam House,Barrow'],
  ['herbal-tea', 'tea', 'Herbal tea', [20, 'bags'], 279, 20, 'Larkin’s,Meadow,Barrow'],
  ['milk', 'milk', 'Milk', [1, 'l'], 139, 4, 'Greenfield,Avondale,Dale Farm'],
  ['oat-drink', 'milk', 'Oat drink', [1, 'l'], 219, 7, 'Oatly Hill,Nordic,Meadow'],
  ['butter', 'milk', 'Butter', [250, 'g'], 329, 12, 'Greenfield,Kerry Vale,Avondale'],
  ['cheddar', 'cheese', 'Cheddar', [200, 'g'], 359, 10, 'Kerry Vale,Dale Farm,Old Mill'],
  ['mozzarella', 'cheese', 'Mozzarella', [125, 'g'], 159, 12, 'Bellini,Casa Rossa,Bianca'],
  ['yoghurt', 'yoghurt', 'Plain yoghurt', [500, 'g'], 189, 6, 'Greenfield,Avondale,Nordic'],
  ['fruit-yoghurt', 'yoghurt', 'Fruit yoghurt', [4, 'pots'], 249, 8, 'Avondale,Meadow,Nordic'],
  ['eggs', 'eggs', 'Free-range eggs', [10, 'pieces'], 349, 9, 'Happy Hen,Dale Farm,Old Mill'],
  ['red-wine', 'wine', 'Red wine', [75, 'cl'], 899, 16, 'Château Bellac,Rioja Alta,Three Hills'],
  ['white-wine', 'wine', 'White wine', [75, 'cl'], 849, 18, 'Château Bellac,Moselthal,Three Hills'],
  ['sparkling', 'wine', 'Sparkling wine', [75, 'cl'], 1199, 45, 'Bianca,Moselthal,Cava Real'],
  ['crisps', 'snacks', 'Crisps', [150, 'g'], 229, 9, 'Crunch & Co,Golden Delta,Spud Bros'],
  ['nuts', 'snacks', 'Salted nuts', [200, 'g'], 299, 16, 'Crunch & Co,Nutcase,Spud Bros'],
  ['detergent', 'detergent', 'Laundry detergent', [1.5, 'l'], 899, 30, 'Brill,Whitex,Lavanda'],
  ['softener', 'detergent', 'Fabric softener', [1, 'l'], 349, 32, 'Lavanda,Whitex,Silk'],
  ['dishwasher-tabs', 'dishwashing', 'Dishwasher tabs', [40, 'pieces'], 949, 34, 'Glint,Brill,Clearo'],
  ['washing-up', 'dishwashing', 'Washing-up liquid', [500, 'ml'], 199, 26, 'Glint,Lemona,Clearo'],
  ['toilet-paper', 'paper', 'Toilet paper', [8, 'rolls'], 499, 16, 'Cloud,Softy,Papyr'],
  ['kitchen-roll', 'paper', 'Kitchen roll', [4, 'rolls'], 329, 22, 'Cloud,Wipe-It,Papyr'],
  ['shampoo', 'bathroom', 'Shampoo', [250, 'ml'], 349, 40, 'Lavanda,Silk,Herbalia'],
  ['toothpaste', 'bathroom', 'Toothpaste', [75, 'ml'], 279, 35, 'Dentax,Mintia,Herbalia'],
  ['bread', 'bread', 'Wholegrain loaf', [750, 'g'], 279, 4, 'Baker’s Row,Old Mill,Highland Mill'],
  ['apples', 'fruit', 'Apples', [1000, 'g'], 249, 6, 'Orchard Lane,Sunny Farm'],
  ['chocolate', 'sweets', 'Milk chocolate', [100, 'g'], 159, 8, 'Alpina,Velvet,Choco Noir'],
  ['batteries', 'batteries', 'AA batteries', [4, 'pieces'], 449, 70, 'Voltar,Longlast'],
];

export const goods: readonly Good[] = RANGE.map(
  ([group, category, name, pack, price, lastsDays, brands]) => ({
    group,
    category,
    name,
    pack,
    price,
    lastsDays,
    brands: brands.split(','),
  }),
);

/** The good of an equivalence group. @throws RangeError for a group that the shop does not carry */
export function goodOf(group: string): Good {
  const found = goods.find((good) => good.group === group);
  if (found === undefined) throw new RangeError(`Corner Market carries no ${group}`);
  return found;
}

/** The id of a good in one brand; `OWN_BRAND` for the shop's own. */
export function productIdOf(group: string, brand: string): string {
  return `${group}-${brand
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '')}`;
}

/** The whole range: every good in its national brands and in the shop's own, a quarter cheaper. */
export function demoProducts(): DemoProduct[] {
  return goods.flatMap((good) => [
    ...good.brands.map((brand, index) => productOf(good, brand, Math.round(good.price * (1 + index * 0.06)))),
    productOf(good, OWN_BRAND, Math.round(good.price * 0.74)),
  ]);
}

function productOf(good: Good, brand: string, price: number): DemoProduct {
  const [amount, unit] = good.pack;
  const ownBrand = brand === OWN_BRAND;
  return {
    productId: productIdOf(good.group, brand),
    name: `${brand} ${good.name.toLowerCase()}`,
    brand,
    ownBrand,
    category: good.category,
    packSize: { amount, unit },
    price: euros(price),
    // The shop keeps more of its own brand, which is why it would rather sell it.
    unitCost: euros(Math.round(price * (ownBrand ? 0.58 : 0.76))),
    equivalenceGroup: good.group,
  };
}

function euros(amount: number): DemoMoney {
  return { amount, currency: 'EUR' };
}
