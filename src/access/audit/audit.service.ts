import { Injectable } from '@nestjs/common';
import { Clock, Database, pageFrom, timestamp, type Page, type Queryable } from '../../platform/index.js';
import { principalName, toRfc3339, type Instant, type Principal } from '../../shared/index.js';
import { idBefore } from '../listing.js';

/** One thing that somebody did: `action` as `noun.verb`, `subject` as `kind:id`, and how it was before and after. */
export interface AuditEntry {
  actor: Principal;
  action: string;
  subject: string;
  before?: unknown;
  after?: unknown;
}

/** An entry as the public interface shows it. */
export interface AuditItem {
  auditId: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  before?: unknown;
  after?: unknown;
}

export interface AuditQuery {
  limit: number;
  cursor?: string | undefined;
  subject?: string | undefined;
  actor?: string | undefined;
  /** `noun.verb`, or the noun alone. */
  action?: string | undefined;
  from?: Instant | undefined;
  to?: Instant | undefined;
}

interface Row {
  audit_id: string;
  at: Instant;
  actor: string;
  action: string;
  subject: string;
  before: unknown;
  after: unknown;
}

/** Who did what to what. Only ever added to: the table refuses change. Never put a secret in. */
@Injectable()
export class Audit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Writes an entry in the transaction of what it tells, so that neither is without the other. */
  async write(tx: Pick<Queryable, 'run'>, entry: AuditEntry): Promise<void> {
    await tx.run(
      `INSERT INTO audit_log (audit_id, at, actor, action, subject, before, after)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        this.clock.newId(),
        timestamp(this.clock.now()),
        principalName(entry.actor),
        entry.action,
        entry.subject,
        documentOf(entry.before),
        documentOf(entry.after),
      ],
    );
  }

  /** Writes an entry that belongs to no transaction: somebody looked at something. */
  note(entry: AuditEntry): Promise<void> {
    return this.write(this.database, entry);
  }

  /** Newest first; what it is narrowed by is compared as it was written, such as `staff:<id>`. */
  async list(query: AuditQuery): Promise<Page<AuditItem>> {
    const rows = await this.database.query<Row>(
      `SELECT audit_id, at, actor, action, subject, before, after FROM audit_log
       WHERE ($1::uuid IS NULL OR audit_id < $1) AND ($2::text IS NULL OR subject = $2)
         AND ($3::text IS NULL OR actor = $3)
         AND ($4::text IS NULL OR action = $4 OR starts_with(action, $4 || '.'))
         AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)
       ORDER BY audit_id DESC LIMIT $7`,
      [
        idBefore(query.cursor) ?? null,
        query.subject ?? null,
        query.actor ?? null,
        query.action ?? null,
        query.from === undefined ? null : timestamp(query.from),
        query.to === undefined ? null : timestamp(query.to),
        query.limit + 1,
      ],
    );
    return pageFrom(rows, query.limit, (row) => [row.audit_id], itemOf);
  }
}

function documentOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function itemOf(row: Row): AuditItem {
  return {
    auditId: row.audit_id,
    at: toRfc3339(row.at),
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    ...(row.before === null ? {} : { before: row.before }),
    ...(row.after === null ? {} : { after: row.after }),
  };
}
