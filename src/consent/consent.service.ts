import { Injectable } from '@nestjs/common';
import { Audit } from '../access/index.js';
import type { ItemStep, Written } from '../imports/index.js';
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
import { itemsApart, writeFirsts } from './consent-items.js';
import { ConsentRepository, type Locked } from './consent.repository.js';
import {
  FUTURE_TOLERANCE_MS,
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

  /** Records the good items of a bulk write in one transaction; statements of strangers are named. */
  async recordAll(
    { good, rejected }: Sorted<SaidOf>,
    hearing: Hearing,
  ): Promise<{ accepted: number; rejected: Rejection[] }> {
    const ids = timely(good, hearing.receivedAt).map(({ value }) => value.shopperId);
    const { outcome, refused } = await this.repository.locked(ids, async (locked) => {
      const heard = await this.#hear(locked, good, hearing);
      await this.#audit(locked.tx, hearing, heard.outcome.history.length, heard.outcome);
      return heard;
    });
    this.#announce(outcome);
    return {
      accepted: good.length - refused.length,
      rejected: [...rejected, ...refused].sort((a, b) => a.index - b.index),
    };
  }

  /**
   * Records the rows of a step of an import. A first word on a purpose is written by the set, for there is nothing to
   * judge about it; everything else goes through the rules, row by row, in the order of the file.
   */
  async recordItems({ tx, ...hearing }: ItemStep): Promise<Written> {
    const latest = hearing.receivedAt + FUTURE_TOLERANCE_MS;
    const apart = await itemsApart(tx, latest);
    const good = apart.map(({ line, item }) => ({ index: line, value: item }));
    const ids = timely(good, hearing.receivedAt).map(({ value }) => value.shopperId);
    const firsts = await writeFirsts(tx, principalName(hearing.principal), () => this.clock.newId());
    const { outcome, refused } = await this.#hear(await this.repository.lock(tx, ids), good, hearing);
    await this.#audit(tx, hearing, firsts.recorded + outcome.history.length, outcome);
    return {
      refused: refused.map(({ index: line, ...refusal }) => ({ line, ...refusal })),
      announce: () => this.#announce(outcome, firsts.shopperIds),
    };
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

  /** Works statements into what is held, and writes what that comes to. */
  async #hear(
    locked: Locked,
    good: Sorted<SaidOf>['good'],
    { principal, receivedAt }: Hearing,
  ): Promise<{ outcome: Outcome; refused: Rejection[] }> {
    const early = good.filter(({ value }) => isInTheFuture(value, receivedAt));
    const heard = timely(good, receivedAt);
    const strangers = heard.filter(({ value }) => !locked.shoppers.has(value.shopperId));
    const statements = heard.flatMap(({ value }) => {
      const shopperId = locked.shoppers.get(value.shopperId);
      return shopperId === undefined ? [] : [{ ...value, shopperId }];
    });
    const outcome = workIn(statements, locked.held, receivedAt);
    await this.#save(locked, outcome, principal);
    return { outcome, refused: [...early.map(tooEarly), ...strangers.map(unknown)] };
  }

  /** Who said what is in the history, one row a statement; the audit names the deed once. */
  #audit(
    tx: Queryable,
    { principal }: Hearing,
    recorded: number,
    { withdrawn }: Pick<Outcome, 'withdrawn'>,
  ): Promise<unknown> {
    return this.audit.write(tx, {
      actor: principal,
      action: 'consent.bulk-recorded',
      subject: 'consents',
      after: { recorded, withdrawn: withdrawn.length },
    });
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

  #announce({ standing, withdrawn }: Outcome, others: readonly ShopperId[] = []): void {
    if (withdrawn.length > 0) this.outbox.filled();
    const changed = new Set([...standing.map(({ shopperId }) => shopperId), ...others]);
    for (const shopperId of changed) this.bus.emit('shopper.changed', { shopperId });
  }
}

function timely<T extends { value: SaidOf }>(items: readonly T[], receivedAt: Instant): T[] {
  return items.filter(({ value }) => !isInTheFuture(value, receivedAt));
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
