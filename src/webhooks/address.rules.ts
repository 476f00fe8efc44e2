import ipaddr from 'ipaddr.js';

/** Why a webhook's address is not used. */
export type AddressFault = 'not-a-url' | 'not-https' | 'has-credentials' | 'private-address';

/**
 * Checks what can be seen of a URL without asking anybody.
 *
 * @param allowsPrivate lets plain HTTP and private addresses through
 */
export function urlFault(text: string, allowsPrivate: boolean): AddressFault | undefined {
  if (!URL.canParse(text)) return 'not-a-url';
  const { protocol, username, password, hostname } = new URL(text);
  if (protocol !== 'https:' && !(allowsPrivate && protocol === 'http:')) return 'not-https';
  // Secrets would lie in the table in the clear; the signature is what the receiver checks.
  if (username !== '' || password !== '') return 'has-credentials';
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (allowsPrivate || !ipaddr.isValid(literal)) return undefined;
  return isPublic(literal) ? undefined : 'private-address';
}

/**
 * Whether an address is one of the open Internet: no loopback, private, link-local, carrier-grade, multicast, reserved
 * or documentation range, and no IPv6 form that carries an IPv4 address, by which any of those could be meant. Cloud
 * metadata (169.254.169.254, fd00:ec2::254) lies in the link-local and unique-local ranges.
 */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast';
}

/** The addresses that may be spoken to: all that a name stands for must be public, or none is used. */
export function usable(addresses: readonly string[], allowsPrivate: boolean): readonly string[] {
  return allowsPrivate || addresses.every(isPublic) ? addresses : [];
}
