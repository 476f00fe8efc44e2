import { DateTime } from 'luxon';
import type { AttributeValue, BeaconId, ShopperId, StoreId } from '../../shared/index.js';

export interface Loyalty {
  tier: string;
  points: number;
  since?: string | undefined;
}

export interface Acquisition {
  channel: string;
  at: string;
  by?: 'signup' | 'purchase' | undefined;
  cost?: { amount: number; currency: string } | undefined;
}

/** What the retailer says of a shopper; replaced as a whole. */
export interface ProfileFields {
  displayName?: string | undefined;
  locale?: string | undefined;
  timeZone?: string | undefined;
  homeStoreId?: StoreId | undefined;
  householdId?: string | undefined;
  /** `MM-DD` */
  birthday?: string | undefined;
  attributes: Readonly<Record<string, AttributeValue>>;
  loyalty?: Loyalty | undefined;
  acquisition?: Acquisition | undefined;
  assignedAssociate?: string | undefined;
  carries: readonly BeaconId[];
}
export type ProfileOf = ProfileFields & { shopperId: ShopperId };

const MAX_ATTRIBUTES = 100;
// A leap year's February: a shopper may be born on the 29th.
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True for `MM-DD` that some year has. */
export function isMonthDay(text: string): boolean {
  const [, month, day] = /^(\d\d)-(\d\d)$/.exec(text) ?? [];
  const days = DAYS_IN_MONTH[Number(month) - 1];
  return days !== undefined && Number(day) >= 1 && Number(day) <= days;
}

export function hasRoomFor(attributes: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(attributes).length <= MAX_ATTRIBUTES;
}

/**
 * True on the shopper's birthday; who was born on 29 February has it on the 28th in other years.
 *
 * @param date today where the shopper stands, `yyyy-mm-dd`
 */
export function isBirthday(birthday: string, date: string): boolean {
  const monthDay = date.slice(5);
  if (birthday !== '02-29' || monthDay !== '02-28') return birthday === monthDay;
  const year = Number(date.slice(0, 4));
  return !((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0);
}

/**
 * Days until the next birthday, 0 on the day itself.
 *
 * @param date today where the shopper stands, `yyyy-mm-dd`
 */
export function daysUntilBirthday(birthday: string, date: string): number {
  const today = DateTime.fromISO(date, { zone: 'utc' });
  const days = [today.year, today.year + 1].map((year) => {
    // In years without a 29 February it is on the 28th.
    const day = DateTime.fromISO(`${year}-${birthday}`, { zone: 'utc' });
    return (day.isValid ? day : DateTime.utc(year, 2, 28)).diff(today, 'days').days;
  });
  return days.find((each) => each >= 0) ?? 0;
}

/** The last word on each shopper, in the order of the first: in one batch a shopper may come twice. */
export function lastOfEach<T extends { shopperId: ShopperId }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.shopperId, item])).values()];
}
