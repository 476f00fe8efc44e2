import { Injectable } from '@nestjs/common';
import { Audit } from '../../access/index.js';
import { Clock, Database, lockKnownShoppers, notFound, type Queryable } from '../../platform/index.js';
import { PresenceService } from '../../presence/index.js';
import { toRfc3339, type Principal, type ShopperId } from '../../shared/index.js';
import { register, type TableEntry } from '../register/index.js';

/** What is held in one table, and what for. */
interface Held {
  purpose: string;
  items: Record<string, unknown>[];
}

/** All that is held of a shopper, by the register of columns. */
@Injectable()
export class Exports {
  constructor(
    private readonly database: Database,
    private readonly presence: PresenceService,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 for a shopper nobody knows */
  async of(asked: ShopperId, principal: Principal): Promise<object> {
    const { shopperId, held } = await this.database.transaction(async (tx) => {
      const shopperId = (await lockKnownShoppers(tx, [asked])).get(asked);
      if (shopperId === undefined) throw notFound('shopper');
      // Times in SQL's JSON are in the zone of the session.
      await tx.query("SELECT set_config('TimeZone', 'UTC', true)");
      const held: Record<string, Held> = {};
      for (const { table, purpose, sql } of QUERIES) {
        const rows = await tx.query<{ item: Record<string, unknown> }>(sql, [[shopperId]]);
        held[camel(table)] = { purpose, items: rows.map(({ item }) => told(item)) };
      }
      await this.#note(tx, shopperId, principal);
      return { shopperId, held };
    });
    const presence = await this.presence.of(shopperId).catch(() => undefined);
    return {
      shopperId,
      exportedAt: toRfc3339(this.clock.now()),
      present:
        presence === undefined
          ? null
          : {
              storeId: presence.storeId,
              zoneId: presence.stay?.zoneId ?? null,
              visitId: presence.visitId,
              since: toRfc3339(presence.startedAt),
            },
      held,
      notShown: NOT_SHOWN,
    };
  }

  #note(tx: Queryable, shopperId: ShopperId, actor: Principal): Promise<void> {
    return this.audit.write(tx, { actor, action: 'shopper.exported', subject: `shopper:${shopperId}` });
  }
}

const EXPORTED = Object.entries(register).filter(
  ([, { rows, exported }]) => rows !== undefined && exported !== false,
);

const QUERIES = EXPORTED.map(([table, entry]) => ({
  table,
  purpose: entry.purpose,
  sql: `SELECT jsonb_build_object(${columnsOf(entry)
    .map((column) => `'${column}', ${column}`)
    .join(', ')}) AS item FROM ${table} WHERE ${entry.rows ?? 'false'}`,
}));

/** What is held beside and not shown, with the reason. */
const NOT_SHOWN = EXPORTED.flatMap(([table, { columns }]) =>
  Object.entries(columns).flatMap(([column, { withheld }]) =>
    withheld === undefined ? [] : [{ what: `${camel(table)}.${camel(column)}`, because: withheld }],
  ),
);

function columnsOf({ columns }: TableEntry): string[] {
  return Object.entries(columns)
    .filter(([, { personal, withheld }]) => personal && withheld === undefined)
    .map(([column]) => column);
}

const SQL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/;

function told(item: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item).map(([column, value]) => [
      camel(column),
      typeof value === 'string' && SQL_TIME.test(value) ? toRfc3339(Date.parse(value)) : value,
    ]),
  );
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
