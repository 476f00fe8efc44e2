import { Injectable } from '@nestjs/common';
import { Metrics, type Rejection } from '../platform/index.js';
import type { GatewayId, Instant, StoreId } from '../shared/index.js';
import { correctionMs } from './clocks/gateway-clock.rules.js';
import { GatewayClocks } from './clocks/gateway-clocks.store.js';
import { ownTimeOf } from './clocks/own-time.rules.js';
import type { BeaconTelemetry } from './decoders/decoder.js';
import { GatewayWatch } from './gateway-watch.service.js';
import type { Hearing } from './hearing.js';
import { Recognisers } from './recognisers.service.js';
import type { BatchAnswer } from './sightings.dto.js';
import { SightingSink } from './sinks.js';
import { count, observeAges, type Source } from './tally.js';
import { timed, type Clocks } from './timing.rules.js';

/** What gateways of one store have reported, in our words. */
export interface GatewayReport {
  source: Source;
  storeId: StoreId;
  /** Who reported, heard anything or not. */
  gatewayIds: Iterable<GatewayId>;
  hearings: readonly Hearing[];
  rejected: readonly Rejection[];
  /** With a `sentAt` only where it is of this very request: then all its times are corrected by it. */
  clocks: Clocks;
  /**
   * The gateway's clock when it made this payload, where the payload says so. The payload may have been stored since,
   * so it only goes into the estimate of its clock.
   */
  madeAt?: Instant | undefined;
  telemetry?: readonly BeaconTelemetry[] | undefined;
  /** The size of the payload. */
  bytes?: number | undefined;
}

/** Takes what gateways heard on to presence: timely, of known shoppers who consent, each once. */
@Injectable()
export class GatewayHearings {
  constructor(
    private readonly gatewayClocks: GatewayClocks,
    private readonly recognisers: Recognisers,
    private readonly sink: SightingSink,
    private readonly watch: GatewayWatch,
    private readonly metrics: Metrics,
  ) {}

  /** Resolves once live presence holds what concerns it. */
  async take(report: GatewayReport): Promise<BatchAnswer> {
    const { source, storeId, hearings, clocks } = report;
    const gatewayIds = [...report.gatewayIds];
    const { timely, late, future } = timed(hearings, clocks, this.#offsets(report, gatewayIds));
    const findings = await this.recognisers.recognise(storeId, timely, clocks);
    const { sightings } = findings;
    if (sightings.length > 0) {
      await this.sink.take(sightings);
      this.recognisers.held(findings, clocks.receivedAt);
    }
    const rejected = [...report.rejected, ...future].sort((a, b) => a.index - b.index);
    observeAges(this.metrics, source, [timely, late], clocks.receivedAt);
    this.watch.taken(report, { gatewayIds, late, rejected, findings });
    count(this.metrics, source, {
      accepted: sightings.length,
      unknown: findings.unknown,
      no_consent: findings.noConsent,
      duplicate: findings.duplicate,
      fixed_beacon: findings.fixed.length,
      misplaced: findings.misplaced.length,
      late: late.length,
      future: future.length,
      rejected: report.rejected.length,
    });
    return { accepted: timely.length + late.length, rejected };
  }

  /**
   * What must be added to the times of each hearing, after this payload has told of its gateways' clocks. Undefined
   * in our own format: whoever writes it says `sentAt`, or means their times; those of a backlog sent piece by piece
   * would else be moved to now.
   */
  #offsets(
    { source, hearings, clocks, madeAt }: GatewayReport,
    gatewayIds: readonly GatewayId[],
  ): ((hearing: Hearing) => number) | undefined {
    const { receivedAt, sentAt } = clocks;
    const offsets = new Map<GatewayId, number>();
    for (const gatewayId of gatewayIds) {
      const heard = gatewayIds.length === 1 ? hearings : hearings.filter((each) => isAt(each, gatewayId));
      const ownTime = sentAt ?? madeAt ?? ownTimeOf(timesOf(heard));
      const clock =
        ownTime === undefined
          ? this.gatewayClocks.of(gatewayId)
          : this.gatewayClocks.observe(gatewayId, ownTime, receivedAt);
      offsets.set(gatewayId, correctionMs(clock, ownTime === undefined ? undefined : receivedAt - ownTime));
    }
    if (source === 'native') return undefined;
    return ({ anchor }) => (anchor.kind === 'gateway' ? (offsets.get(anchor.gatewayId) ?? 0) : 0);
  }
}

function isAt({ anchor }: Hearing, gatewayId: GatewayId): boolean {
  return anchor.kind === 'gateway' && anchor.gatewayId === gatewayId;
}

function timesOf(hearings: readonly Hearing[]): Instant[] {
  const times: Instant[] = [];
  for (const { observedAt } of hearings) if (observedAt !== undefined) times.push(observedAt);
  return times;
}
