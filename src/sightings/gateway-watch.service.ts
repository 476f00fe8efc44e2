import { Injectable } from '@nestjs/common';
import { Metrics, Problem, type Rejection } from '../platform/index.js';
import { SECOND_MS, type GatewayId, type Instant, type StoreId } from '../shared/index.js';
import { Stores } from '../stores/index.js';
import { GatewayClocks } from './clocks/gateway-clocks.store.js';
import type { GatewayReport } from './gateway-hearings.service.js';
import { GatewayPulse } from './gateway-pulse.store.js';
import { HealthNotes } from './health/health-notes.service.js';
import { shapeOf } from './health/shape.rules.js';
import { namedBy, nameGivenTo, type Sender } from './placement.rules.js';
import type { Findings } from './recognisers.service.js';
import type { TimedHearing } from './timing.rules.js';

/** What was made of a report. */
interface Taken {
  gatewayIds: readonly GatewayId[];
  late: readonly TimedHearing[];
  rejected: readonly Rejection[];
  findings: Findings;
}

/** What was refused as a whole, and what is known of it. */
interface Refused {
  storeId: StoreId;
  /** As the door names it, whether or not the store has it. */
  sender: Sender;
  format: string;
  bytes?: Buffer;
  receivedAt: Instant;
}

/** Watches over the gateways by what they send: the pulse of their store, its health page, metrics. */
@Injectable()
export class GatewayWatch {
  constructor(
    private readonly stores: Stores,
    private readonly pulse: GatewayPulse,
    private readonly notes: HealthNotes,
    private readonly clocks: GatewayClocks,
    private readonly metrics: Metrics,
  ) {}

  taken(report: GatewayReport, { gatewayIds, late, rejected, findings }: Taken): void {
    const { storeId, source, hearings, clocks, bytes, telemetry = [] } = report;
    const at = clocks.receivedAt;
    const { mobile, fixed, misplaced } = findings;
    // Who uploads only what was stored long ago, or nothing that can be used, does not hear who is here now.
    const hearsNow = mobile.length + fixed.length + misplaced.length > 0;
    if (hearsNow || hearings.length + report.rejected.length === 0) this.pulse.beat(storeId, at);
    this.notes.taken(storeId, {
      at,
      format: source,
      gatewayIds,
      late,
      rejected,
      telemetry,
      findings,
      ...(bytes !== undefined && { bytes }),
    });
    for (const gateway of gatewayIds) {
      this.metrics.gatewayLastSeen.set({ gateway }, at / SECOND_MS);
      const { offsetMs } = this.clocks.of(gateway);
      if (offsetMs !== undefined) this.metrics.gatewayClockOffset.set({ gateway }, -offsetMs / SECOND_MS);
    }
  }

  /** A payload was refused as a whole. Only refusals are of interest: a fault of ours is no fault of the gateway. */
  refused({ storeId, sender, format, bytes, receivedAt }: Refused, error: unknown): void {
    if (!(error instanceof Problem) || error.status >= 500) return;
    const gatewayId = namedBy(sender, this.stores.layout(storeId)?.gateways ?? new Map<never, never>());
    const stranger = gatewayId === undefined ? nameGivenTo(sender) : undefined;
    const { code, detail } =
      stranger === undefined
        ? error
        : { code: 'unknown-gateway', detail: `the store has no gateway ${stranger}` };
    this.metrics.payloadsRefused.inc({ code });
    this.notes.refused(storeId, {
      at: receivedAt,
      format,
      code,
      detail,
      ...(gatewayId !== undefined && { gatewayId }),
      ...(bytes !== undefined && { bytes: bytes.length, shape: shapeOf(bytes) }),
    });
  }
}
