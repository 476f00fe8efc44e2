/** What is wrong with an RSSI, as a refusal. */
export interface RssiFault {
  code: 'rssi-unknown' | 'out-of-range';
  detail: string;
}

export const WEAKEST_DBM = -127;
export const LOUDEST_DBM = -1;

/**
 * A level in dBm that a radio can have heard. 0 (iOS) and 127 (the Bluetooth controller's interface) say that it
 * is not known.
 *
 * @returns the fault, or undefined when it is good
 */
export function rssiFault(rssiDbm: number): RssiFault | undefined {
  if (rssiDbm === 0 || rssiDbm === 127) {
    return { code: 'rssi-unknown', detail: `${rssiDbm} means that the level is not known` };
  }
  const heard = rssiDbm >= WEAKEST_DBM && rssiDbm <= LOUDEST_DBM;
  return heard
    ? undefined
    : { code: 'out-of-range', detail: `expected ${WEAKEST_DBM} to ${LOUDEST_DBM} dBm` };
}

/**
 * Whether a level at one metre that a beacon advertises means anything. No beacon is as loud as 0 dBm there: vendors put a battery or
 * nothing into the field.
 */
export function isKnownPower(measuredPowerDbm: number | undefined): measuredPowerDbm is number {
  return measuredPowerDbm !== undefined && measuredPowerDbm < 0;
}

/** The level at one metre as a part of a hearing, where it is known. */
export function knownPower(measuredPowerDbm: number | undefined): { measuredPowerDbm?: number } {
  return isKnownPower(measuredPowerDbm) ? { measuredPowerDbm } : {};
}
