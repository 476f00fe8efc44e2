import type { Queryable, Transaction } from '../../platform/index.js';
import type { DecisionId } from '../../shared/index.js';
import type { Draw } from './counters.rules.js';
import { givenOf, rebalanced, sufficesAlone, type Share } from './shares.rules.js';

interface Row extends Share {
  key: string;
}

/** What the draws of a commit come to in one counter. */
interface Wanted {
  draw: Draw;
  asked: number;
  /** The share that this commit takes from. */
  home: number;
}

/** What a granted decision takes. */
export interface Taken {
  decisionId: DecisionId;
  draws: readonly Draw[];
}

/**
 * The counters of one commit, locked. Of one that is split only a single share is locked, as long as that can give
 * all that may be asked for; near the end all shares are, and what is left is divided among them anew. So a limit is
 * reached exactly, and until then commits do not wait for one another.
 */
export class Counters {
  private constructor(
    private readonly wanted: ReadonlyMap<string, Wanted>,
    private readonly rows: ReadonlyMap<string, Share[]>,
    /** True where only the home of each counter is locked. */
    private readonly isPart: boolean,
    /** What was given by counter; whoever grants adds to it. */
    readonly used: Map<string, number>,
  ) {}

  /**
   * Locks in the order of key and share; rows that are missing are made.
   *
   * @param draws all that may be asked for, each as often as it may be
   * @param turn another one with each commit, so that neighbours take from different shares
   */
  static async lock(tx: Transaction, draws: readonly Draw[], turn: number): Promise<Counters> {
    const wanted = wantedOf(draws, turn);
    const all = [...wanted.values()];
    if (all.length === 0) return Counters.#of(wanted, new Map(), true);
    const isSplit = all.some(({ draw }) => draw.shares > 1);
    if (isSplit) tx.send('SAVEPOINT counters');
    const homes = byKey(await lockHomes(tx, all));
    if (all.every((each) => suffices(each, homes.get(each.draw.key))))
      return Counters.#of(wanted, homes, true);
    // Locks taken since the savepoint are let go, so that the order holds for all shares together.
    if (isSplit) tx.send('ROLLBACK TO SAVEPOINT counters');
    const missing = all.filter(({ draw }) => !homes.has(draw.key));
    if (missing.length > 0) await makeRows(tx, missing);
    return Counters.#of(wanted, byKey(await lockAll(tx, all)), false);
  }

  /** Writes what was granted, and what each decision holds of it: one statement. */
  take(tx: Transaction, taken: readonly Taken[]): void {
    const rows = [...this.wanted.values()].flatMap((each) => this.#changed(each));
    if (rows.length === 0) return;
    const held = taken.flatMap(({ decisionId, draws }) => draws.map((draw) => ({ decisionId, draw })));
    tx.send(TAKE, [
      rows.map(({ key }) => key),
      rows.map(({ share }) => share),
      rows.map(({ used }) => used),
      rows.map(({ ceiling }) => ceiling),
      rows.map(({ whole }) => whole),
      held.map(({ decisionId }) => decisionId),
      held.map(({ draw }) => draw.key),
      held.map(({ draw }) => this.wanted.get(draw.key)?.home ?? 0),
      held.map(({ draw }) => (draw.code === 'budget-exhausted' ? 'money' : 'count')),
      held.map(({ draw }) => draw.takes),
    ]);
  }

  static #of(
    wanted: ReadonlyMap<string, Wanted>,
    rows: ReadonlyMap<string, Share[]>,
    isPart: boolean,
  ): Counters {
    const used = [...wanted].map(([key, { draw }]): [string, number] => [
      key,
      givenOf(rows.get(key) ?? [], draw.whole, isPart),
    ]);
    return new Counters(wanted, rows, isPart, new Map(used));
  }

  /** The rows of a counter as they are to be, where something was taken, or where their limit is another by now. */
  #changed({ draw: { key, whole }, home }: Wanted): Row[] {
    const before = this.rows.get(key) ?? [];
    const by = (this.used.get(key) ?? 0) - givenOf(before, whole, this.isPart);
    if (by === 0 && before.every((row) => row.whole === whole)) return [];
    const given = before.map((row) => (row.share === home ? { ...row, used: row.used + by } : row));
    return (this.isPart ? given : rebalanced(given, whole)).map((row) => ({ ...row, key }));
  }
}

const TAKE = `
  WITH held AS (
    INSERT INTO reservations (decision_id, key, share, kind, amount)
    SELECT * FROM unnest($6::uuid[], $7::text[], $8::smallint[], $9::text[], $10::bigint[])
  )
  UPDATE offer_counters AS counter SET used = row.used, ceiling = row.ceiling, whole = row.whole
  FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS row (key, share, used, ceiling, whole)
  WHERE counter.key = row.key AND counter.share = row.share`;

function wantedOf(draws: readonly Draw[], turn: number): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const draw of draws) {
    const asked = (wanted.get(draw.key)?.asked ?? 0) + draw.takes;
    wanted.set(draw.key, { draw, asked, home: turn % draw.shares });
  }
  return wanted;
}

function suffices({ draw, asked }: Wanted, rows: readonly Share[] | undefined): boolean {
  const [home] = rows ?? [];
  return home !== undefined && sufficesAlone(home, asked, draw.whole);
}

const ROWS = 'SELECT key, share, used, ceiling, whole FROM offer_counters';

function lockHomes(tx: Queryable, wanted: readonly Wanted[]): Promise<Row[]> {
  return tx.query<Row>(
    `${ROWS} WHERE (key, share) IN (SELECT * FROM unnest($1::text[], $2::smallint[]))
     ORDER BY key, share FOR UPDATE`,
    [wanted.map(({ draw }) => draw.key), wanted.map(({ home }) => home)],
  );
}

/** Also shares that a higher limit once needed. */
function lockAll(tx: Queryable, wanted: readonly Wanted[]): Promise<Row[]> {
  return tx.query<Row>(`${ROWS} WHERE key = ANY($1) ORDER BY key, share FOR UPDATE`, [
    wanted.map(({ draw }) => draw.key),
  ]);
}

/** Empty ones: what the counter may give is divided by who locks all of them. */
async function makeRows(tx: Queryable, wanted: readonly Wanted[]): Promise<void> {
  const rows = wanted.flatMap(({ draw: { key, offerId, shares } }) =>
    Array.from({ length: shares }, (_, share) => ({ key, offerId, share })),
  );
  await tx.run(
    `INSERT INTO offer_counters (key, share, offer_id, ceiling)
     SELECT *, 0 FROM unnest($1::text[], $2::smallint[], $3::uuid[]) ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
    [rows.map(({ key }) => key), rows.map(({ share }) => share), rows.map(({ offerId }) => offerId)],
  );
}

function byKey(rows: readonly Row[]): Map<string, Share[]> {
  const shares = new Map<string, Share[]>();
  for (const { key, ...share } of rows) shares.set(key, [...(shares.get(key) ?? []), share]);
  return shares;
}
