import type { Rejection } from '../platform/index.js';
import { fail, ok, type GatewayId, type Outcome, type StoreId } from '../shared/index.js';
import { plainHardwareId, type StoreLayout } from '../stores/index.js';
import { hearingAt, type Heard, type Hearing } from './hearing.js';

/** Who sent a payload, as far as its door knows. */
export type Sender =
  /** The address it came to, or the table of topics. */
  | { readonly kind: 'known'; readonly gatewayId: GatewayId }
  /** A level of the topic, which may be a `gatewayId` or a `hardwareId`. */
  | { readonly kind: 'named'; readonly name: string }
  /** Only the payload itself says it. */
  | { readonly kind: 'unsaid' };

type Gateways = StoreLayout['gateways'];

/** Characters of a name that a stranger gave. */
const MOST_SHOWN = 64;

/** A store's gateways by their plain address; made once a layout, which is immutable. */
const indices = new WeakMap<Gateways, ReadonlyMap<string, GatewayId>>();

function byAddress(gateways: Gateways): ReadonlyMap<string, GatewayId> {
  let index = indices.get(gateways);
  if (index === undefined) {
    const entries = [...gateways].flatMap(([gatewayId, { hardwareId }]): [string, GatewayId][] =>
      hardwareId === undefined ? [] : [[plainHardwareId(hardwareId), gatewayId]],
    );
    index = new Map(entries);
    indices.set(gateways, index);
  }
  return index;
}

/** How the door names the sender, whether or not the store has it; undefined where it does not. */
export function nameGivenTo(sender: Sender): string | undefined {
  switch (sender.kind) {
    case 'known':
      return sender.gatewayId;
    case 'named':
      return sender.name.slice(0, MOST_SHOWN);
    case 'unsaid':
      return undefined;
  }
}

/** The gateway that the door names; undefined where it names none that the store has, or none at all. */
export function namedBy(sender: Sender, gateways: Gateways): GatewayId | undefined {
  switch (sender.kind) {
    case 'known':
      return gateways.has(sender.gatewayId) ? sender.gatewayId : undefined;
    case 'named': {
      const asId = sender.name as GatewayId;
      return gateways.has(asId) ? asId : byAddress(gateways).get(plainHardwareId(sender.name));
    }
    case 'unsaid':
      return undefined;
  }
}

/**
 * The gateway that sent a payload, by what the door names and what the payload says of itself.
 *
 * @param named as `namedBy` gives it
 * @returns undefined where neither says it
 */
export function senderOf(
  named: GatewayId | undefined,
  address: string | undefined,
  gateways: Gateways,
): Outcome<GatewayId | undefined, 'wrong-gateway' | 'unknown-gateway'> {
  if (address === undefined) return ok(named);
  const given = address.slice(0, MOST_SHOWN);
  if (named === undefined) {
    const gatewayId = byAddress(gateways).get(plainHardwareId(address));
    return gatewayId === undefined
      ? fail('unknown-gateway', `The store has no gateway with the hardwareId ${given}.`)
      : ok(gatewayId);
  }
  const expected = gateways.get(named)?.hardwareId;
  if (expected === undefined || plainHardwareId(expected) === plainHardwareId(address)) return ok(named);
  return fail(
    'wrong-gateway',
    `The payload is of the gateway ${given}; this one has the hardwareId ${expected}.`,
  );
}

/** Hearings at the gateways that heard them; who reported; and what cannot be placed. */
export interface PlacedHearings {
  hearings: Hearing[];
  gatewayIds: Set<GatewayId>;
  refused: Rejection[];
}

/**
 * Puts each hearing at the gateway that heard it: the sender, or, where a payload tells of several devices (Meraki),
 * the gateway of the store whose `hardwareId` is that device's address.
 *
 * A store whose only gateway has no `hardwareId` is not told apart by device, so that gateway stands for all of them:
 * somebody who enters one gateway for a whole Meraki network means the whole store. As soon as there is a second
 * gateway or an address, a device that nobody entered is refused by item, for it could hang anywhere.
 */
export function placed(
  heard: readonly Heard[],
  sender: GatewayId | undefined,
  storeId: StoreId,
  gateways: Gateways,
): PlacedHearings {
  const result: PlacedHearings = { hearings: [], gatewayIds: new Set(), refused: [] };
  const standsForAll = gateways.size === 1 && byAddress(gateways).size === 0;
  if (sender !== undefined && heard.every(({ heardBy }) => heardBy === undefined)) {
    result.gatewayIds.add(sender);
  }
  // One for all that a device heard.
  let anchor: { kind: 'gateway'; gatewayId: GatewayId } | undefined;
  for (const each of heard) {
    const { index, heardBy } = each;
    const gatewayId =
      heardBy === undefined
        ? sender
        : (byAddress(gateways).get(plainHardwareId(heardBy)) ?? (standsForAll ? sender : undefined));
    if (gatewayId === undefined) {
      const who =
        heardBy === undefined ? 'nothing says which gateway' : `no gateway has the hardwareId ${heardBy}`;
      result.refused.push({ index, code: 'unknown-gateway', detail: who });
    } else {
      result.gatewayIds.add(gatewayId);
      if (anchor?.gatewayId !== gatewayId) anchor = { kind: 'gateway', gatewayId };
      result.hearings.push(hearingAt(each, storeId, anchor));
    }
  }
  return result;
}
