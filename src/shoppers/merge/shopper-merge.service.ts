import { Injectable } from '@nestjs/common';
import { Audit } from '../../access/index.js';
import { Consents } from '../../consent/index.js';
import { conflict, lockShoppers, notFound, Problem, type Queryable } from '../../platform/index.js';
import { toRfc3339, type Instant, type Principal, type ShopperId } from '../../shared/index.js';
import { MergeAnnouncements } from './merge-announcements.js';
import { MergeRepository, type Merged, type Pair } from './merge.repository.js';
import { OwnRows } from './own-rows.js';

interface Hearing {
  principal: Principal;
  receivedAt: Instant;
}

/** As answered, to the first request and to every repetition of it. */
export interface MergeAnswer {
  shopperId: ShopperId;
  from: ShopperId;
  mergedAt: string;
  moved: Record<string, number>;
}

/** Two shoppers who are one person. */
@Injectable()
export class ShopperMerge {
  constructor(
    private readonly repository: MergeRepository,
    private readonly rows: OwnRows,
    private readonly consents: Consents,
    private readonly audit: Audit,
    private readonly announcements: MergeAnnouncements,
  ) {}

  /**
   * Moves all that is of `from` to `into`, in one transaction, once.
   *
   * @returns what was moved; asked again, the same without another effect
   * @throws Problem 422 `same-shopper`, 404 for a shopper nobody knows, 409 `merged-elsewhere` when `from` is
   *   somebody else by now, 409 `already-one` when the two are one already the other way round
   */
  async merge({ from, into }: Pair, hearing: Hearing): Promise<MergeAnswer> {
    if (from === into) throw new Problem(422, 'same-shopper', 'from: a shopper cannot be merged into itself');
    const { merged, pair, isNew } = await this.repository.transaction(async (tx) => {
      const found = await this.#find(tx, { from, into });
      if (found.before !== undefined) return { merged: found.before, pair: found.pair, isNew: false };
      return { merged: await this.#move(tx, found.pair, hearing), pair: found.pair, isNew: true };
    });
    if (isNew) await this.announcements.tell(pair);
    return { shopperId: pair.into, from, mergedAt: toRfc3339(merged.mergedAt), moved: merged.moved };
  }

  /** Locks both, and follows what either was merged into before. */
  async #find(tx: Queryable, asked: Pair): Promise<{ pair: Pair; before?: Merged }> {
    const present = await this.repository.lock(tx, [asked.from, asked.into]);
    const into = present.has(asked.into)
      ? asked.into
      : (await this.repository.merged(tx, asked.into))?.shopperId;
    if (into === undefined) throw notFound('shopper');
    if (into === asked.from) throw conflict('already-one', `${asked.into} was merged into ${asked.from}`);
    const pair = { from: asked.from, into };
    if (present.has(asked.from)) {
      if (into !== asked.into && !(await this.repository.lock(tx, [into])).has(into))
        throw notFound('shopper');
      return { pair };
    }
    const before = await this.repository.merged(tx, asked.from);
    if (before === undefined) throw notFound('shopper');
    if (before.shopperId === into) return { pair, before };
    throw conflict('merged-elsewhere', `from: ${asked.from} was merged into another shopper`);
  }

  async #move(tx: Queryable, pair: Pair, hearing: Hearing): Promise<Merged> {
    await lockShoppers(tx, [pair.from, pair.into]);
    const moved = await this.rows.move(tx, pair);
    await this.consents.merge(tx, pair, hearing);
    const mergedAt = hearing.receivedAt;
    await this.repository.close(tx, pair, mergedAt, moved);
    await this.announcements.write(tx, pair);
    await this.audit.write(tx, {
      actor: hearing.principal,
      action: 'shopper.merged',
      subject: `shopper:${pair.into}`,
      before: { from: pair.from },
      after: { moved },
    });
    return { shopperId: pair.into, mergedAt, moved };
  }
}
