import { Injectable } from '@nestjs/common';
import { Audit } from '../access/index.js';
import {
  badRequest,
  Bus,
  Clock,
  notFound,
  Outbox,
  type Queryable,
  type Rejection,
  type Sorted,
} from '../platform/index.js';
import {
  principalName,
  toRfc3339,
  type ConsentPurpose,
  type Consents as Granted,
  type Instant,
  type Principal,
  type ShopperId,
} from '../shared/index.js';
import { ConsentRepository, type Locked } from './consent.repository.js';
import {
  isInTheFuture,
  mergedConsents,
  PURPOSES,
  summaryOf,
  workIn,
  type Outcome,
  type SaidOf,
  type Statement,
} from './consent.rules.js';

const IN_THE_FUTURE = { code: 'in-the-future', detail: 'at: more than 5 seconds ahead of our clock' };

/** Who speaks, and when it was received. */
interface Hearing {
  principal: Principal;
  receivedAt: Instant;
}

/** Who may be sensed, profiled and contacted. */
@Injectable()
export class Consents {
  constructor(
    private readonly repository: ConsentRepository,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /** Yes or no by purpose for each of `ids`; what was never said is no. */
  async of(ids: readonly ShopperId[]): Promise<Map<ShopperId, Granted>> {
    const held = await this.repository.heldBy(ids);
    return new Map(ids.map((id) => [id, summaryOf(held.get(id))]));
  }

  /**
   * Records one statement.
   *
   * @returns what stands for the purpose now: with an older statement, not the one given
   * @throws Problem 404 for no such shopper, 400 `in-the-future`
   */
  async record(said: SaidOf, { principal, receivedAt }: Hearing): Promise<object> {
    if (isInTheFuture(said, receivedAt)) throw badRequest(IN_THE_FUTURE.code, IN_THE_FUTURE.detail);
    const { shopperId, purpose } = said;
    const { outcome, before } = await this.repository.locked([shopperId], async (locked) => {
      const standsFor = locked.shoppers.get(shopperId);
      if (standsFor === undefined) throw notFound('shopper');
      const worked = workIn([{ ...said, shopperId: standsFor }], locked.held, receivedAt);
      await this.#save(locked, worked, principal);
      const stood = locked.held.get(standsFor)?.get(purpose);
      await this.audit.write(locked.tx, {
        actor: principal,
        action: 'consent.recorded',
        subject: `shopper:${standsFor}`,
        before: shown(purpose, stood),
        after: shown(purpose, worked.standing[0] ?? stood),
      });
      return { outcome: worked, before: stood };
    });
    this.#announce(outcome);
    return shown(purpose, outcome.standing[0] ?? before);
  }

  /**
   * Records the good items of a bulk write in one transaction; statements of strangers are named.
   *
   * @param within done in the same transaction, with what is refused
   */
  async recordAll(
    { good, rejected }: Sorted<SaidOf>,
    { principal, receivedAt }: Hearing,
    within: (tx: Queryable, rejected: readonly Rejection[]) => Promise<void> = () => Promise.resolve(),
  ): Promise<{ accepted: number; rejected: Rejection[] }> {
    const early = good.filter(({ value }) => isInTheFuture(value, receivedAt));
    const timely = good.filter(({ value }) => !isInTheFuture(value, receivedAt));
    const ids = [...new Set(timely.map(({ value }) => value.shopperId))];
    const { outcome, accepted, refused } = await this.repository.locked(ids, async (locked) => {
      const strangers = timely.filter(({ value }) => !locked.shoppers.has(value.shopperId));
      const refused = [...rejected, ...early.map(tooEarly), ...strangers.map(unknown)].sort(
        (a, b) => a.index - b.index,
      );
      const worked = workIn(
        timely.flatMap(({ value }) => {
          const shopperId = locked.shoppers.get(value.shopperId);
          return shopperId === undefined ? [] : [{ ...value, shopperId }];
        }),
        locked.held,
        receivedAt,
      );
      await this.#save(locked, worked, principal);
      // Who said what is in the history, one row a statement; the audit names the deed once.
      await this.audit.write(locked.tx, {
        actor: principal,
        action: 'consent.bulk-recorded',
        subject: 'consents',
        after: { recorded: worked.history.length, withdrawn: worked.withdrawn.length },
      });
      await within(locked.tx, refused);
      return { outcome: worked, accepted: timely.length - strangers.length, refused };
    });
    this.#announce(outcome);
    return { accepted, rejected: refused };
  }

  /**
   * What stands for every purpose, and the history.
   *
   * @throws Problem 404 for no such shopper
   */
  async shown(shopperId: ShopperId): Promise<object> {
    const found = await this.repository.ofShopper(shopperId);
    if (found === undefined) throw notFound('shopper');
    return {
      consents: Object.fromEntries(PURPOSES.map((purpose) => [purpose, told(found.held.get(purpose))])),
      history: found.history.map(({ recordedAt, ...entry }) => ({
        ...entry,
        at: toRfc3339(entry.at),
        recordedAt: toRfc3339(recordedAt),
      })),
    };
  }

  /**
   * What stands for one purpose.
   *
   * @throws Problem 404 for no such shopper
   */
  async shownOne(shopperId: ShopperId, purpose: ConsentPurpose): Promise<object> {
    const found = await this.repository.ofShopper(shopperId);
    if (found === undefined) throw notFound('shopper');
    return shown(purpose, found.held.get(purpose));
  }

  /**
   * Makes one of two shoppers' consents, inside the merge's transaction and under its locks: the stricter wins, the
   * history of both is kept. Tell the withdrawals' workers with `Outbox.filled` after the commit.
   */
  async merge(
    tx: Queryable,
    { from, into }: { from: ShopperId; into: ShopperId },
    { principal, receivedAt }: Hearing,
  ): Promise<void> {
    const held = await this.repository.heldBy([from, into], tx);
    const outcome = mergedConsents({ from: held.get(from), into: held.get(into) }, into, receivedAt);
    await this.repository.handOver(tx, from, into);
    await this.#save({ tx }, outcome, principal);
  }

  async #save({ tx }: Pick<Locked, 'tx'>, outcome: Outcome, principal: Principal): Promise<void> {
    await this.repository.append(tx, outcome.history, principalName(principal));
    await this.repository.replace(tx, outcome.standing);
    await this.outbox.write(
      tx,
      outcome.withdrawn.map((payload) => ({
        id: this.clock.newId(),
        event: 'consent.withdrawn' as const,
        payload,
      })),
    );
  }

  #announce({ standing, withdrawn }: Outcome): void {
    if (withdrawn.length > 0) this.outbox.filled();
    const changed = new Set(standing.map(({ shopperId }) => shopperId));
    for (const shopperId of changed) this.bus.emit('shopper.changed', { shopperId });
  }
}

function tooEarly({ index }: { index: number }): Rejection {
  return { index, ...IN_THE_FUTURE };
}

function unknown({ index, value }: { index: number; value: SaidOf }): Rejection {
  return { index, code: 'unknown-shopper', detail: `shopperId: no shopper ${value.shopperId}` };
}

function shown(purpose: ConsentPurpose, standing: Statement | undefined): object {
  return { purpose, ...told(standing) };
}

function told(standing: Statement | undefined): object {
  if (standing === undefined) return { granted: false };
  const { granted, policyVersion, source, at } = standing;
  return { granted, policyVersion, source, at: toRfc3339(at) };
}
