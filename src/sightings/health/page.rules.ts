import { MINUTE_MS, toRfc3339, type BeaconId, type GatewayId, type Instant } from '../../shared/index.js';
import type { StoreLayout } from '../../stores/index.js';
import type { KnownOffset } from '../clocks/gateway-clocks.store.js';
import type { Bearers } from '../recognisers.service.js';
import type { ZoneCondition } from '../trust/zone-mutes.store.js';
import { NO_GATEWAY, type KeptHearing, type KeptPayload } from './health-kept.js';
import type { HealthPage } from './health.dto.js';
import type { KeptHealth } from './health.store.js';
import { BEACON_SILENT_AFTER_MS, GATEWAY_SILENT_AFTER_MS, isOpen, isSilent } from './silence.rules.js';
import { HEARD_FOR_MS, MOST_HEARD } from './store-notes.js';

type Known = HealthPage['heard'][number]['known'];
type PageGateway = HealthPage['gateways'][number];
type PageBeacon = HealthPage['beacons'][number];
type PagePayload = NonNullable<HealthPage['lastRejectedPayload']>;

/** What the page is made of, beside the layout. */
export interface Findings {
  kept: KeptHealth;
  clocks: ReadonlyMap<GatewayId, KnownOffset>;
  zones: readonly ZoneCondition[];
  bearers: Bearers;
}

/** The names by which beacons that are about to be shown may be carried. */
export function namesIn({ heard, payloads }: KeptHealth): Set<BeaconId> {
  const rows = [heard, ...[...payloads.values()].map((payload) => payload.rows)].flat();
  return new Set(rows.filter(([, , , , kind]) => kind === 'other').map(carriedName));
}

/**
 * A store's health as it is shown. Who carries what and who consents is asked again for it: what was noted with consent
 * a minute ago is not shown without.
 */
export function pageOf(layout: StoreLayout, now: Instant, findings: Findings): HealthPage {
  const { kept, zones, bearers } = findings;
  const lost = kept.payloads.get(NO_GATEWAY);
  return {
    storeId: layout.storeId,
    at: toRfc3339(now),
    open: isOpen(layout, now),
    ...(kept.countedSince !== undefined && { countedSince: toRfc3339(kept.countedSince) }),
    gateways: [...layout.gateways].map(([gatewayId, { hardwareId }]) => ({
      gatewayId,
      ...(hardwareId !== undefined && { hardwareId }),
      ...gatewayOf(gatewayId, layout, now, findings),
    })),
    rejections: rejectionsOf(NO_GATEWAY, kept),
    ...(lost && { lastRejectedPayload: payloadOf(lost, bearers) }),
    beacons: [...layout.beacons.keys()].map((beaconId) => beaconOf(beaconId, layout, now, kept)),
    zones: zones.map(({ zoneId, flapsPerHour, mutedUntil }) => ({
      zoneId,
      flapsPerHour,
      ...(mutedUntil !== undefined && { mutedUntil: toRfc3339(mutedUntil) }),
    })),
    heard: heardOf(kept.heard, now, bearers),
  };
}

function gatewayOf(
  gatewayId: GatewayId,
  layout: StoreLayout,
  now: Instant,
  { kept, clocks, bearers }: Findings,
): Omit<PageGateway, 'gatewayId' | 'hardwareId'> {
  const lastSeenAt = kept.seen.get(gatewayId);
  const clock = clocks.get(gatewayId);
  const payload = kept.payloads.get(gatewayId);
  const accepted = kept.counts.get(`${gatewayId}|+accepted`) ?? 0;
  const minutes = (now - (kept.countedSince ?? now)) / MINUTE_MS;
  return {
    ...(lastSeenAt !== undefined && {
      lastSeenAt: toRfc3339(lastSeenAt),
      silentSeconds: secondsOf(Math.max(0, now - lastSeenAt)),
    }),
    silent: isSilent(layout, lastSeenAt, now, GATEWAY_SILENT_AFTER_MS),
    ...(clock && {
      clockOffsetSeconds: secondsOf(-clock.offsetMs),
      clockOffsetAgeSeconds: secondsOf(Math.max(0, now - clock.at)),
    }),
    ...(payload && { lastPayload: payloadOf(payload, bearers) }),
    accepted,
    rejections: rejectionsOf(gatewayId, kept),
    // Not made larger by what the first seconds happened to bring.
    heardPerMinute: Math.round(accepted / Math.max(1, minutes)),
  };
}

function rejectionsOf(gateway: string, { counts, reasons }: KeptHealth): HealthPage['rejections'] {
  const prefix = `${gateway}|`;
  return [...reasons]
    .filter(([what]) => what.startsWith(prefix))
    .sort(([, a], [, b]) => b.at - a.at)
    .map(([what, { at, detail }]) => ({
      code: what.slice(prefix.length),
      count: counts.get(what) ?? 0,
      lastAt: toRfc3339(at),
      detail,
    }));
}

function beaconOf(
  beaconId: BeaconId,
  layout: StoreLayout,
  now: Instant,
  { beacons, batteries }: KeptHealth,
): PageBeacon {
  const heard = beacons.get(beaconId);
  const battery = batteries.get(beaconId);
  return {
    beaconId,
    ...(heard && {
      lastSeenAt: toRfc3339(heard.at),
      silent: isSilent(layout, heard.at, now, BEACON_SILENT_AFTER_MS),
      rssiDbm: heard.rssiDbm,
      ...(heard.by !== undefined && { heardBy: heard.by }),
    }),
    ...(battery && {
      batteryAt: toRfc3339(battery.at),
      ...(battery.millivolts !== undefined && { batteryMillivolts: battery.millivolts }),
      ...(battery.percent !== undefined && { batteryPercent: battery.percent }),
    }),
  };
}

function heardOf(heard: readonly KeptHearing[], now: Instant, bearers: Bearers): HealthPage['heard'] {
  const newest = new Map<string, KeptHearing>();
  for (const hearing of heard) {
    const [beaconId, gatewayId, , at] = hearing;
    const key = `${gatewayId}|${beaconId}`;
    if (at > (newest.get(key)?.[3] ?? now - HEARD_FOR_MS)) newest.set(key, hearing);
  }
  return [...newest.values()]
    .sort((a, b) => b[3] - a[3])
    .flatMap((hearing) => {
      const [beaconId, gatewayId, rssiDbm, at] = hearing;
      const known = knownAs(hearing, bearers);
      return known === undefined ? [] : [{ beaconId, gatewayId, rssiDbm, at: toRfc3339(at), known }];
    })
    .slice(0, MOST_HEARD);
}

/** What a beacon is now; undefined where it must not be shown. */
function knownAs(hearing: KeptHearing, { carriers, consenting }: Bearers): Known | undefined {
  if (hearing[4] === 'store') return 'store';
  const shopperId = carriers.get(carriedName(hearing));
  if (shopperId === undefined) return 'unknown';
  return consenting.has(shopperId) ? 'carried' : undefined;
}

function carriedName([beaconId, , , , , carriedAs]: KeptHearing): BeaconId {
  return carriedAs ?? beaconId;
}

function payloadOf(kept: KeptPayload, bearers: Bearers): PagePayload {
  const { at, format, bytes } = kept;
  return {
    at: toRfc3339(at),
    format,
    ...(bytes !== undefined && { bytes }),
    excerpt: excerptOf(kept, bearers),
  };
}

/** Some lines that say what was made of a payload. */
function excerptOf({ heard, late, refused, rows, refusals, fault }: KeptPayload, bearers: Bearers): string {
  if (fault !== undefined) {
    return [
      `refused: ${fault.code}, ${fault.detail}`,
      ...(fault.shape === undefined ? [] : [fault.shape]),
    ].join('\n');
  }
  const shown = rows.flatMap((row) => {
    const known = knownAs(row, bearers);
    return known === undefined ? [] : [`${row[0]} ${row[2]} dBm, ${known}`];
  });
  return [
    `${heard} heard, ${late} late, ${refused} refused`,
    ...shown,
    ...refusals.map(([index, code, detail]) => `row ${index} refused: ${code}, ${detail}`),
  ].join('\n');
}

function secondsOf(ms: number): number {
  return Math.round(ms / 10) / 100;
}
