/** Identifiers by kind, so that a shopper can never be passed where a store is meant. At run time they are strings. */
export type Brand<T, Kind extends string> = T & { readonly __is: Kind };

export type StoreId = Brand<string, 'StoreId'>;
export type ZoneId = Brand<string, 'ZoneId'>;
export type GatewayId = Brand<string, 'GatewayId'>;
export type BeaconId = Brand<string, 'BeaconId'>;
export type ShopperId = Brand<string, 'ShopperId'>;
export type ProductId = Brand<string, 'ProductId'>;
export type PurchaseId = Brand<string, 'PurchaseId'>;
export type StaffId = Brand<string, 'StaffId'>;
export type KeyId = Brand<string, 'KeyId'>;
export type OfferId = Brand<string, 'OfferId'>;
export type VisitId = Brand<string, 'VisitId'>;
export type ChangeId = Brand<string, 'ChangeId'>;
export type DecisionId = Brand<string, 'DecisionId'>;
export type DeliveryId = Brand<string, 'DeliveryId'>;

/**
 * A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then chance, so that ids sort by when they were made.
 *
 * @param nowMs time of making, milliseconds since 1970
 * @param chance at least 10 random bytes
 */
export function uuidV7(nowMs: number, chance: Uint8Array): string {
  const hex = Math.trunc(nowMs).toString(16).padStart(12, '0').slice(-12);
  const byte = (index: number): number => chance[index] ?? 0;
  const two = (value: number): string => value.toString(16).padStart(2, '0');
  const version = two(0x70 | (byte(0) & 0x0f)) + two(byte(1));
  const variant = two(0x80 | (byte(2) & 0x3f)) + two(byte(3));
  const node = [4, 5, 6, 7, 8, 9].map((index) => two(byte(index))).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-${version}-${variant}-${node}`;
}

/** FNV-1a, 32 bits, over UTF-16 units: spreads ids evenly and is the same in every process. Not for secrets. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
