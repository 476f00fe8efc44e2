/** A fault between two places of a document; each place by itself was already checked at the door. */
export interface Contradiction {
  path: readonly (string | number)[];
  code: 'duplicate' | 'unknown-zone';
  detail: string;
}

interface Placed {
  readonly zoneId?: string;
}

/** As much of a store's document as its places refer to one another. */
export interface Linked {
  readonly zones: readonly { readonly zoneId: string }[];
  readonly gateways: readonly (Placed & { readonly gatewayId: string })[];
  readonly beacons: readonly (Placed & { readonly beaconId: string })[];
}

/** Ids named twice, and gateways or beacons in zones that the document does not have; in its own order. */
export function contradictionsIn(document: Linked): Contradiction[] {
  const zoneIds = new Set(document.zones.map(({ zoneId }) => zoneId));
  return [
    ...duplicatesIn('zones', 'zoneId', document.zones),
    ...duplicatesIn('gateways', 'gatewayId', document.gateways),
    ...strayIn('gateways', document.gateways, zoneIds),
    ...duplicatesIn('beacons', 'beaconId', document.beacons),
    ...strayIn('beacons', document.beacons, zoneIds),
  ];
}

function duplicatesIn<Key extends string>(
  list: string,
  key: Key,
  entries: readonly Readonly<Record<Key, string>>[],
): Contradiction[] {
  const firstAt = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const id = entry[key];
    const first = firstAt.get(id);
    if (first === undefined) {
      firstAt.set(id, index);
      return [];
    }
    const detail = `${id} is already ${list}[${first}]`;
    return [{ path: [list, index, key], code: 'duplicate', detail }];
  });
}

function strayIn(list: string, entries: readonly Placed[], zoneIds: ReadonlySet<string>): Contradiction[] {
  return entries.flatMap(({ zoneId }, index) =>
    zoneId === undefined || zoneIds.has(zoneId)
      ? []
      : [{ path: [list, index, 'zoneId'], code: 'unknown-zone', detail: `${zoneId} is not among the zones` }],
  );
}
