import { Injectable } from '@nestjs/common';
import { Log, Metrics, errorCode } from '../platform/index.js';
import type { PresenceChange } from '../presence/index.js';
import type { Instant, ShopperId } from '../shared/index.js';
import { Considering } from './considering.js';
import { patienceOf, type Pending } from './decision.js';
import { GroupCommit } from './group-commit.js';
import type { Ruled } from './ledger.writer.js';
import { OfferSink } from './offer-sink.js';

/** DESIGN's bound on a group commit: larger ones hold their locks too long, smaller ones commit too often. */
const MOST_A_COMMIT = 200;

/** From changes of presence to decisions in the ledger: load, decide, save, announce. */
@Injectable()
export class Decisions {
  constructor(
    private readonly considering: Considering,
    private readonly groupCommit: GroupCommit,
    private readonly sink: OfferSink,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** Takes a batch from the streams. When it returns, all of it is committed, or set aside as poison. */
  async take(changes: readonly PresenceChange[]): Promise<void> {
    const pendings = await this.considering.pendingOf(changes);
    for (const group of groupsOf(changes, pendings)) await this.#commit(group);
  }

  async #commit(group: Group): Promise<void> {
    try {
      this.#announce(await this.groupCommit.commit(group.changes, group.pendings));
    } catch (error) {
      if (isPassing(error)) throw error;
      if (group.changes.length <= 1) {
        this.log.error({ event: 'decision.poison', changeId: group.changes[0]?.changeId, error });
        this.metrics.decisions.inc({ outcome: 'poison', reason: '' });
        return;
      }
      for (const half of halvesOf(group)) await this.#commit(half);
    }
  }

  #announce(ruled: readonly Ruled[]): void {
    const made = ruled.flatMap(({ pending, granted, sent }) =>
      sent === undefined ? [] : [{ pending, sent, patienceMs: patienceOf(granted.winner) }],
    );
    if (made.length > 0) this.sink.take(made);
    for (const { pending, granted, ruledAt } of ruled) {
      this.metrics.decisions.inc({ outcome: granted.outcome, reason: granted.reason ?? '' });
      this.#time(pending, ruledAt);
      for (const { reasons } of granted.considered) {
        for (const { code } of reasons)
          if (CAP_CODES.has(code)) this.metrics.capRejections.inc({ cap: code });
      }
    }
  }

  #time({ receivedAt, latencyMs }: Pending, ruledAt: Instant): void {
    const { received = 0, present = 0 } = latencyMs;
    const stages = { received, present, decided: ruledAt - receivedAt };
    for (const [stage, ms] of Object.entries(stages)) {
      this.metrics.decisionStage.observe({ stage }, Math.max(0, ms) / 1_000);
    }
  }
}

const CAP_CODES: ReadonlySet<string> = new Set([
  'offer-cap',
  'global-cap',
  'limit-reached',
  'budget-exhausted',
]);

interface Group {
  changes: readonly PresenceChange[];
  pendings: readonly Pending[];
}

/**
 * Commits of at most 200 changes with one decision a shopper: a shopper's second decision waits for what the first
 * has taken from their caps. Changes that decide nothing go with the first.
 */
function groupsOf(changes: readonly PresenceChange[], pendings: readonly Pending[]): Group[] {
  const roundOf = new Map<string, number>();
  const taken = new Map<ShopperId, number>();
  for (const { changeId, shopperId } of pendings) {
    const round = taken.get(shopperId) ?? 0;
    taken.set(shopperId, round + 1);
    roundOf.set(changeId, round);
  }
  const rounds = Math.max(1, ...taken.values());
  const byChange = new Map(pendings.map((pending) => [pending.changeId, pending]));
  return Array.from({ length: rounds }, (_, round) =>
    changes.filter(({ changeId }) => (roundOf.get(changeId) ?? 0) === round),
  )
    .flatMap((ofRound) => chunks(ofRound, MOST_A_COMMIT))
    .map((chunk) => withPendings(chunk, byChange));
}

function halvesOf({ changes, pendings }: Group): Group[] {
  const byChange = new Map(pendings.map((pending) => [pending.changeId, pending]));
  return chunks(changes, Math.ceil(changes.length / 2)).map((chunk) => withPendings(chunk, byChange));
}

function withPendings(changes: readonly PresenceChange[], byChange: ReadonlyMap<string, Pending>): Group {
  return {
    changes,
    pendings: changes.map(({ changeId }) => byChange.get(changeId)).filter((each) => each !== undefined),
  };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Faults of the database itself: the same changes will do when it is back, so none of them is poison. */
function isPassing(error: unknown): boolean {
  const code = errorCode(error);
  // A class of SQLSTATE for data and constraints is about the rows; anything else, and a lost connection, is not.
  return code === undefined ? /timeout|terminated|closed/i.test(String(error)) : !/^(22|23|42)/.test(code);
}
