import { gaussian, seeded, type Roll } from '../../shared/index.js';
import { STORE_ID } from './layout.rules.js';
import { goods, OWN_BRAND, type Good } from './products.rules.js';

/** What a household keeps buying, in the brand it prefers. */
export interface Habit {
  group: string;
  brand: string;
  everyDays: number;
  /** Days since it was last bought, before the demo began. */
  lastDaysAgo: number;
}

/** Somebody who walks through the demo shop. */
export interface Person {
  shopperId: string;
  displayName: string;
  locale: 'en' | 'fr' | 'de';
  tier: 'gold' | 'silver' | 'bronze';
  points: number;
  /** The tag they wear: a loyalty fob. */
  beacon: { beaconId: string; mac: string; major: number; minor: number };
  consents: { location: boolean; profiling: boolean; push: boolean; clienteling: boolean };
  /** Days between trips to the shop. */
  tripEveryDays: number;
  habits: readonly Habit[];
  /** Bought coffee filters in the online shop the day before the demo began. */
  boughtFiltersOnline: boolean;
  /** Has the phone in the pocket: no app is open, offers come by push. */
  inPocket: boolean;
  /** Takes coupons to the till. The others only look, so that reminders never die out. */
  redeems: boolean;
}

export const PEOPLE = 80;
/** Fobs of the demo shop advertise as iBeacon with this id; the number tells whose. */
export const FOB_UUID = 'a15ec0e0-0000-4000-8000-c09e2a2e7001';

const FIRST_NAMES =
  'Ann Ben Chloé David Emma Finn Grace Hugo Isla Jack Kate Liam Mia Noah Orla Paul Quinn Rosa Sam Tara ' +
  'Uwe Vera Will Xenia Yusuf Zoë Aoife Bruno Clara Dara Elif Femi Greta Hana Ivo June Kofi Lena Marc Nora';
const LAST_INITIALS = 'MKBRSTDLWCHGPFNVEAJO';
const TIERS = ['gold', 'silver', 'bronze', 'silver', 'bronze'] as const;

/** The clientele, always the same. */
export function demoPeople(): Person[] {
  return Array.from({ length: PEOPLE }, (_, index) => personOf(index));
}

function personOf(index: number): Person {
  const roll = seeded(`corner-market ${index}`);
  const names = FIRST_NAMES.split(' ');
  const number = String(index + 1).padStart(3, '0');
  const initial = LAST_INITIALS.charAt(Math.floor(index * 7 + index / 20) % LAST_INITIALS.length);
  const tripEveryDays = 3 + Math.floor(roll() * 4);
  const mac = `c3000de0${(index + 1).toString(16).padStart(4, '0')}`;
  const [major, minor] = [1, index + 1];
  // The last of each twenty has said no to location, one in sixteen to profiling: the demo must show silence too.
  const location = index % 20 !== 19;
  const profiling = index % 16 !== 15;
  return {
    shopperId: `cm-${number}`,
    displayName: `${names[index % names.length] ?? 'Ann'} ${initial}.`,
    locale: index % 10 === 3 ? 'fr' : index % 10 === 7 ? 'de' : 'en',
    tier: TIERS[index % TIERS.length] ?? 'bronze',
    points: Math.floor(roll() * 4_000),
    // Some fobs are known by what they advertise, some by their address.
    beacon: {
      beaconId: index % 8 === 5 ? `mac:${mac}` : `ibeacon:${FOB_UUID}:${major}:${minor}`,
      mac,
      major,
      minor,
    },
    consents: { location, profiling, push: index % 7 !== 6, clienteling: index % 3 === 0 },
    tripEveryDays,
    habits: habitsOf(index, tripEveryDays, roll),
    boughtFiltersOnline: index % 8 === 0,
    // Of those who consented to push, so that one offer in ten comes this way.
    inPocket: index % 10 === 4 && index % 7 !== 6,
    redeems: index % 2 === 1,
  };
}

/** Two of eight have used their filters up, one is half-way, one bought online, the others drink no filter coffee. */
const FILTERS_LAST: Readonly<Record<number, number>> = { 0: 1.05, 1: 0.98, 2: 1.08, 4: 0.4, 5: 1.02 };

function habitsOf(index: number, tripEveryDays: number, roll: Roll): Habit[] {
  return goods.flatMap((good) => {
    const scene = sceneOf(index, good);
    const keeps = scene?.keeps ?? roll() < 0.45;
    const brand = scene?.brand ?? brandOf(good, roll);
    const everyDays = Math.max(tripEveryDays, good.lastsDays * Math.exp(0.2 * gaussian(roll)));
    const used = scene?.used ?? roll() * 1.05;
    return keeps ? [{ group: good.group, brand, everyDays, lastDaysAgo: used * everyDays }] : [];
  });
}

interface Scene {
  keeps: boolean;
  brand?: string;
  used?: number;
}

/** What the two scenes ask of a shopper's habits; the rest of the basket is left to chance. */
function sceneOf(index: number, { group, brands }: Good): Scene | undefined {
  if (group === 'filters') {
    const used = FILTERS_LAST[index % 8];
    return used === undefined ? { keeps: false } : { keeps: true, used };
  }
  if (group === 'cornflakes') {
    // A third buys a national brand, a third our own, a third none.
    const national = brands[index % brands.length] ?? OWN_BRAND;
    return { keeps: index % 3 !== 0, brand: index % 3 === 1 ? national : OWN_BRAND };
  }
  return undefined;
}

function brandOf(good: Good, roll: Roll): string {
  const ownBrand = roll() < 0.35;
  const pick = good.brands[Math.floor(roll() * good.brands.length)];
  return ownBrand || pick === undefined ? OWN_BRAND : pick;
}

/** As `POST /v1/shoppers` takes it. */
export function shopperOf({ shopperId, displayName, locale, tier, points, beacon }: Person) {
  return {
    shopperId,
    displayName,
    locale,
    homeStoreId: STORE_ID,
    loyalty: { tier, points, since: '2024-03-01' },
    carries: [beacon.beaconId],
  };
}

/** As `POST /v1/consents` takes it. */
export function consentsOf({ shopperId, consents }: Person) {
  return Object.entries(consents).map(([purpose, granted]) => ({
    shopperId,
    purpose,
    granted,
    policyVersion: '2026-01',
    source: 'demo',
  }));
}
