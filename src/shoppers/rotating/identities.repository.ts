import { Inject, Injectable } from '@nestjs/common';
import {
  Database,
  Log,
  Sealing,
  SETTINGS,
  timestamp,
  type Queryable,
  type Settings,
} from '../../platform/index.js';
import type { BeaconId, Instant, ShopperId, StoreId } from '../../shared/index.js';
import { nameOf, namesOf, type RotatingIdentity, type Share } from './table.rules.js';

/** As a device registers it. */
export interface Registration {
  key: Buffer;
  rotationExponent: number;
  /** What the beacon's clock shows more than Unix time; absent: as it was known before, or nothing. */
  clockOffsetSeconds?: number | undefined;
}

/** A key as it is kept, with when what it is made of changed. */
export interface Kept extends RotatingIdentity {
  changedAt: Instant;
  clockSetAt: Instant;
}

export interface Page {
  identities: Kept[];
  after: BeaconId | undefined;
}

/** A key whose beacon may be the one that a store hears and nobody knows. */
export interface Candidate extends Kept {
  shopperId: ShopperId;
}

/** What hearing a beacon teaches about it. */
export interface Lesson {
  name: BeaconId;
  storeId: StoreId;
  heardAt: Instant;
  clockOffsetSeconds: number;
}

interface Row {
  name: BeaconId;
  sealed_key: Buffer;
  rotation_exponent: number;
  declared_offset_seconds: number;
  clock_offset_seconds: number;
  clock_set_at: Instant;
  changed_at: Instant;
}

const COLUMNS = `name, sealed_key, rotation_exponent, declared_offset_seconds, clock_offset_seconds, clock_set_at,
  changed_at`;
/** As many as the key itself has. */
const MARK_BYTES = 16;

/** The keys of rotating identities in Postgres. The one place where they are sealed and opened. */
@Injectable()
export class IdentitiesRepository {
  readonly #sealing: Sealing;

  constructor(
    private readonly database: Database,
    private readonly log: Log,
    @Inject(SETTINGS) { secret }: Settings,
  ) {
    this.#sealing = new Sealing(secret, 'rotating identities');
  }

  /** The name that a key is carried by: the same for the same key, and it tells nothing of it. */
  nameOf(key: Buffer): BeaconId {
    return nameOf(Buffer.from(this.#sealing.mark(key), 'hex').subarray(0, MARK_BYTES));
  }

  /** Keeps a key that its shopper now carries. What was learnt of its clock stays, unless another clock is declared. */
  async save(
    tx: Queryable,
    shopperId: ShopperId,
    { key, rotationExponent, clockOffsetSeconds }: Registration,
  ) {
    const name = this.nameOf(key);
    await tx.run(
      `INSERT INTO rotating_identities AS kept
         (name, sealed_key, rotation_exponent, declared_offset_seconds, clock_offset_seconds, near_store_id)
       SELECT $1, $2, $3, coalesce($4, 0), coalesce($4, 0), home_store_id FROM shoppers WHERE shopper_id = $5
       ON CONFLICT (name) DO UPDATE
         SET rotation_exponent = excluded.rotation_exponent,
             declared_offset_seconds = coalesce($4, kept.declared_offset_seconds),
             clock_offset_seconds = CASE WHEN $4 <> kept.declared_offset_seconds
               THEN $4 ELSE kept.clock_offset_seconds END,
             clock_set_at = CASE WHEN $4 <> kept.declared_offset_seconds THEN now() ELSE kept.clock_set_at END,
             near_store_id = coalesce(kept.near_store_id, excluded.near_store_id),
             changed_at = now()`,
      [
        name,
        this.#sealing.seal(key.toString('hex'), name),
        rotationExponent,
        clockOffsetSeconds ?? null,
        shopperId,
      ],
    );
  }

  /** Those of `names` that are registered. */
  async find(names: readonly BeaconId[]): Promise<Kept[]> {
    const rows = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM rotating_identities WHERE name = ANY($1)`,
      [names],
    );
    return this.#opened(rows);
  }

  /** Which rotation exponents any key has; looks once into the index for each that may be. */
  async exponentsInUse(): Promise<number[]> {
    const rows = await this.database.query<{ k: number }>(
      `SELECT k FROM generate_series(0, 15) AS k
       WHERE EXISTS (SELECT FROM rotating_identities WHERE rotation_exponent = k)`,
    );
    return rows.map(({ k }) => k);
  }

  /** The next keys of a share, after `after`, and what to go on after; undefined at the end. */
  async ofShare(share: Share, after: BeaconId | undefined, most: number): Promise<Page> {
    const { first, end } = namesOf(share);
    const rows = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM rotating_identities
       WHERE rotation_exponent = $1 AND name COLLATE "C" >= $2 AND name COLLATE "C" < $3
         AND ($4::text IS NULL OR name COLLATE "C" > $4)
       ORDER BY name COLLATE "C" LIMIT $5`,
      [share.rotationExponent, after ?? first, end, after ?? null, most],
    );
    return {
      identities: this.#opened(rows),
      after: rows.length < most ? undefined : rows.at(-1)?.name,
    };
  }

  /** Keys near a store that were not heard since, those that were heard last first. */
  async unheard(
    storeId: StoreId,
    { since, skip, most }: { since: Instant; skip: number; most: number },
  ): Promise<Candidate[]> {
    const rows = await this.database.query<Row & { shopper_id: ShopperId }>(
      `SELECT ${COLUMNS}, shopper_id
       FROM rotating_identities JOIN carried_beacons ON beacon_id = name
       WHERE near_store_id = $1 AND (last_heard_at IS NULL OR last_heard_at < $2)
       ORDER BY last_heard_at DESC NULLS LAST LIMIT $3 OFFSET $4`,
      [storeId, timestamp(since), most, skip],
    );
    const shoppers = new Map(rows.map((row) => [row.name, row.shopper_id]));
    return this.#opened(rows).map((kept) => ({
      ...kept,
      shopperId: shoppers.get(kept.name) as ShopperId,
    }));
  }

  /** Writes down where and when beacons were heard, and what their clocks are now believed to show. */
  async learn(lessons: readonly Lesson[]): Promise<void> {
    await this.database.run(
      `UPDATE rotating_identities AS kept
       SET near_store_id = lesson.store_id,
           last_heard_at = greatest(last_heard_at, date_trunc('hour', lesson.heard_at)),
           clock_offset_seconds = lesson.clock_offset,
           clock_set_at = CASE WHEN kept.clock_offset_seconds = lesson.clock_offset
             THEN clock_set_at ELSE lesson.heard_at END,
           changed_at = CASE WHEN kept.clock_offset_seconds = lesson.clock_offset THEN changed_at ELSE now() END
       FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[])
         AS lesson (name, store_id, heard_at, clock_offset)
       WHERE kept.name = lesson.name`,
      [
        lessons.map(({ name }) => name),
        lessons.map(({ storeId }) => storeId),
        lessons.map(({ heardAt }) => timestamp(heardAt)),
        lessons.map(({ clockOffsetSeconds }) => clockOffsetSeconds),
      ],
    );
  }

  /** Less those sealed with an earlier secret: they are of no use, and must not keep the others from theirs. */
  #opened(rows: readonly Row[]): Kept[] {
    const opened = rows.map((row) => this.#keptOf(row)).filter((kept) => kept !== undefined);
    const unreadable = rows.length - opened.length;
    if (unreadable > 0) this.log.warn({ event: 'rotating-identities.unreadable', keys: unreadable });
    return opened;
  }

  #keptOf(row: Row): Kept | undefined {
    const key = this.#keyOf(row);
    return (
      key && {
        name: row.name,
        key,
        rotationExponent: row.rotation_exponent,
        declaredOffsetSeconds: row.declared_offset_seconds,
        clockOffsetSeconds: row.clock_offset_seconds,
        clockSetAt: row.clock_set_at,
        changedAt: row.changed_at,
      }
    );
  }

  #keyOf({ name, sealed_key: sealed }: Row): Buffer | undefined {
    try {
      return Buffer.from(this.#sealing.open(sealed, name), 'hex');
    } catch {
      return undefined;
    }
  }
}
