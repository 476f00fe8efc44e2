import { Injectable } from '@nestjs/common';
import {
  aliasesAmong,
  Answer,
  Bus,
  conflict,
  Database,
  decodeCursor,
  pageFrom,
  Tombstones,
  type Page,
  type Queryable,
  type Rejection,
  type Sorted,
} from '../../platform/index.js';
import { toRfc3339, type BeaconId, type ShopperId, type StoreId } from '../../shared/index.js';
import { PROFILE } from '../carried/assignment.rules.js';
import { CarriedBeacons } from '../carried/carried-beacons.js';
import { lastOfEach, type ProfileOf } from './profile.rules.js';
import { ProfilesRepository, type Profile } from './profiles.repository.js';

/** What came of writing profiles: who is new, who was written, which beacons changed hands, which were refused, by place. */
interface Replaced {
  made: ReadonlySet<ShopperId>;
  written: ReadonlySet<ShopperId>;
  beacons: readonly BeaconId[];
  refused: ReadonlyMap<number, Omit<Rejection, 'index'>>;
}
const NOTHING: Replaced = { made: new Set(), written: new Set(), beacons: [], refused: new Map() };

/** Shoppers as the retailer describes them. */
@Injectable()
export class Shoppers {
  constructor(
    private readonly repository: ProfilesRepository,
    private readonly carried: CarriedBeacons,
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly tombstones: Tombstones,
  ) {}

  find(shopperId: ShopperId): Promise<Profile | undefined> {
    return this.repository.find(shopperId);
  }

  /** Those of `ids` that exist. */
  exists(ids: readonly ShopperId[]): Promise<Set<ShopperId>> {
    return this.repository.existing(ids);
  }

  /**
   * Replaces one profile, or makes the shopper.
   *
   * @throws Problem 409 `beacon-taken` naming the tag that another carries, 409 `merged` where the id is by now only
   *   another name of a shopper, 409 `erased` where the person of this id was erased
   */
  async replace(profile: ProfileOf): Promise<Answer> {
    const { made, refused } = await this.#replace([profile]);
    const refusal = refused.get(0);
    if (refusal !== undefined) throw conflict(refusal.code, refusal.detail);
    const kept = await this.repository.find(profile.shopperId);
    return new Answer(kept === undefined ? profile : shown(kept), {
      status: made.has(profile.shopperId) ? 201 : 200,
    });
  }

  /** Replaces the good items of a bulk write; one whose tag another carries is named and left out. */
  async replaceAll({
    good,
    rejected,
  }: Sorted<ProfileOf>): Promise<{ accepted: number; rejected: Rejection[] }> {
    const { refused } = await this.#replace(good.map(({ value }) => value));
    const taken = good.flatMap(({ index }, place): Rejection[] => {
      const refusal = refused.get(place);
      return refusal === undefined ? [] : [{ index, ...refusal }];
    });
    return {
      accepted: good.length - taken.length,
      rejected: [...rejected, ...taken].sort((a, b) => a.index - b.index),
    };
  }

  async search(asked: {
    query?: string | undefined;
    limit: number;
    cursor?: string | undefined;
    storeIds?: readonly StoreId[] | undefined;
  }): Promise<Page<object>> {
    const after = decodeCursor(asked.cursor, 1)?.[0];
    const rows = await this.repository.search({
      query: asked.query,
      storeIds: asked.storeIds,
      after: after === undefined ? undefined : String(after),
      limit: asked.limit + 1,
    });
    return pageFrom(rows, asked.limit, ({ shopperId }) => [shopperId], shown);
  }

  /** Replaces profiles inside the caller's transaction. Call `announce` with what came of it after the commit. */
  async replaceWithin(tx: Queryable, profiles: readonly ProfileOf[]): Promise<Replaced> {
    if (profiles.length === 0) return NOTHING;
    const ids = [...new Set(profiles.map(({ shopperId }) => shopperId))];
    const made = await this.repository.makeAndLock(tx, ids);
    const aliases = await aliasesAmong(tx, [...made]);
    const erased = await this.tombstones.among([...made], tx);
    const isNobody = (id: ShopperId): boolean => aliases.has(id) || erased.has(id);
    const assigned = await this.carried.assign(
      tx,
      profiles.map(({ shopperId, carries }) => ({
        shopperId,
        source: PROFILE,
        beaconIds: isNobody(shopperId) ? [] : carries,
      })),
    );
    const kept = lastOfEach(
      profiles.filter(({ shopperId }, place) => !assigned.refused.has(place) && !isNobody(shopperId)),
    );
    await this.repository.replace(tx, kept);
    const written = new Set(kept.map(({ shopperId }) => shopperId));
    await this.repository.unmake(
      tx,
      [...made].filter((id) => !written.has(id)),
    );
    const refused = new Map<number, Omit<Rejection, 'index'>>();
    for (const [place, beaconId] of assigned.refused) refused.set(place, taken(beaconId));
    profiles.forEach(({ shopperId }, place) => {
      const into = aliases.get(shopperId);
      if (into !== undefined) refused.set(place, merged(shopperId, into));
      if (erased.has(shopperId)) refused.set(place, ERASED);
    });
    return { made, written, beacons: assigned.changed, refused };
  }

  async announce({ written, beacons }: Pick<Replaced, 'written' | 'beacons'>): Promise<void> {
    await this.carried.announce(beacons);
    for (const shopperId of written) this.bus.emit('shopper.changed', { shopperId });
  }

  async #replace(profiles: readonly ProfileOf[]): Promise<Replaced> {
    const replaced = await this.database.transaction((tx) => this.replaceWithin(tx, profiles));
    await this.announce(replaced);
    return replaced;
  }
}

/** The words of a refusal; they do not say who carries the tag. */
export function taken(beaconId: string): { code: 'beacon-taken'; detail: string } {
  return { code: 'beacon-taken', detail: `${beaconId} is carried by another shopper` };
}

/** It does not name the id: what is told of a refusal may be kept. */
export const ERASED = { code: 'erased', detail: 'shopperId: the person of this id was erased' } as const;

export function merged(shopperId: ShopperId, into: ShopperId): Omit<Rejection, 'index'> {
  return { code: 'merged', detail: `shopperId: ${shopperId} was merged into ${into}` };
}

function shown({ createdAt, updatedAt, ...profile }: Profile): object {
  return { ...profile, createdAt: toRfc3339(createdAt), updatedAt: toRfc3339(updatedAt) };
}
