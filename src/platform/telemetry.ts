import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10];

/** Everything that is counted and timed, in Prometheus' base units. A store may be a label, a shopper never. */
export class Metrics {
  readonly registry = new Registry();
  readonly httpRequests = this.#counter('http_requests_total', 'Requests answered', [
    'route',
    'method',
    'code',
  ]);
  readonly httpSeconds = this.#histogram('http_request_duration_seconds', 'Time to answer', [
    'route',
    'method',
  ]);
  /** Of any door; the codes are those of problems, some hundred in all. */
  readonly refusals = this.#counter('refusals_total', 'What was refused or failed, by the code told', [
    'door',
    'code',
  ]);
  readonly ingestEvents = this.#counter('ingest_events_total', 'Sightings and check-ins at the door', [
    'source',
    'outcome',
  ]);
  readonly ingestAge = this.#histogram('ingest_event_age_seconds', 'Age of sightings when received', [
    'source',
  ]);
  readonly gatewayLastSeen = this.#gauge(
    'gateway_last_seen_timestamp_seconds',
    'When a gateway last reported',
    ['gateway'],
  );
  readonly gatewayClockOffset = this.#gauge(
    'gateway_clock_offset_seconds',
    'Clock of a gateway against ours, once several payloads agree; positive when ahead',
    ['gateway'],
  );
  readonly payloadsRefused = this.#counter(
    'gateway_payloads_refused_total',
    'Payloads of gateways refused as a whole',
    ['code'],
  );
  readonly triggersMuted = this.#counter(
    'offer_triggers_muted_total',
    'Entries into flapping zones that triggered nothing',
    ['kind'],
  );
  readonly mqttMessages = this.#counter('mqtt_messages_total', 'Messages of the broker', ['outcome']);
  readonly mqttConnected = this.#gauge('mqtt_connected', 'Whether this process hears the broker', []);
  readonly presenceConflicts = this.#counter('presence_conflicts_total', 'Compare-and-set races lost', []);
  readonly impossibleTravels = this.#counter(
    'impossible_travel_total',
    'Sightings that had a shopper in two stores faster than anyone can travel, ignored',
    [],
  );
  readonly presenceWrites = this.#counter('presence_writes_total', 'Presence states written', []);
  readonly presenceChanges = this.#counter('presence_changes_total', 'Changes put on the streams', ['kind']);
  readonly decisions = this.#counter('offer_decisions_total', 'Decisions', ['outcome', 'reason']);
  readonly decisionStage = this.#histogram(
    'offer_stage_seconds',
    'From receipt of the sighting to the end of a stage',
    ['stage'],
  );
  readonly checkinToPhone = this.#histogram(
    'offer_checkin_to_push_seconds',
    'From receipt of a check-in to the phone',
    [],
  );
  readonly capRejections = this.#counter('cap_rejections_total', 'Candidates stopped by a cap', ['cap']);
  readonly couponRedemptions = this.#counter('coupon_redemptions_total', 'Attempts to redeem', ['outcome']);
  readonly pushAttempts = this.#counter('push_attempts_total', 'Messages to push services', [
    'result',
    'why',
  ]);
  readonly pushBreaker = this.#gauge('push_breaker_state', '0 closed, 0.5 trying, 1 open', []);
  readonly websocketConnections = this.#gauge('websocket_connections', 'Open sockets', ['namespace']);
  readonly websocketConnects = this.#counter('websocket_connects_total', 'Sockets that asked in', [
    'outcome',
  ]);
  readonly outboxFailures = this.#counter('outbox_failures_total', 'Events whose handler failed', ['event']);
  readonly outboxPending = this.#gauge('outbox_pending', 'Events waiting', []);
  readonly outboxOldest = this.#gauge(
    'outbox_oldest_pending_age_seconds',
    'Age of the oldest waiting event',
    [],
  );
  readonly outboxPoisoned = this.#gauge('outbox_poisoned', 'Events set aside after failing too often', []);
  readonly databasePool = this.#gauge('db_pool', 'Connections', ['state']);
  readonly build = this.#gauge('build_info', 'Which build this is', ['version']);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<Label extends string>(name: string, help: string, labelNames: Label[]): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets: seconds, registers: [this.registry] });
  }
}
