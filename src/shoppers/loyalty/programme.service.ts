import type { IncomingHttpHeaders } from 'node:http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Audit } from '../../access/index.js';
import { Database, notFound, Published, requireMatch } from '../../platform/index.js';
import type { Principal } from '../../shared/index.js';
import { LoyaltyRepository } from './loyalty.repository.js';
import { programme, type Programme } from './programme.schema.js';

interface Row {
  document: unknown;
  version: number;
}

const PUBLISHED = 'loyalty';

/** The loyalty programme: kept in Postgres, held in memory by every process. */
@Injectable()
export class LoyaltyProgramme implements OnModuleInit {
  #current: Programme | undefined;

  constructor(
    private readonly database: Database,
    private readonly members: LoyaltyRepository,
    private readonly published: Published,
    private readonly audit: Audit,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.published.subscribe(PUBLISHED, async () => {
      this.#current = (await this.#find())?.document;
    });
  }

  /** The programme by which points are earned here; undefined without one, or where the retailer keeps them. */
  get earning(): Programme | undefined {
    return this.#current?.pointsFrom === 'purchases' ? this.#current : undefined;
  }

  /** @throws Problem 404 before there is one */
  async read(): Promise<{ document: Programme; version: number }> {
    const found = await this.#find();
    if (found === undefined) throw notFound('loyalty programme');
    return found;
  }

  /**
   * Replaces the programme as a whole, or makes it. Members are looked at anew within the hour; points earned stay as
   * they were earned.
   *
   * @throws Problem 428 without `If-Match` where there is one, 412 when somebody changed it meanwhile
   */
  async replace(document: Programme, actor: Principal, headers: IncomingHttpHeaders): Promise<number> {
    const version = await this.database.transaction(async (tx) => {
      const [row] = await tx.query<Row>('SELECT document, version FROM loyalty_programme FOR UPDATE');
      if (row !== undefined) requireMatch(headers, row.version);
      const next = (row?.version ?? 0) + 1;
      await tx.run(
        `INSERT INTO loyalty_programme (document, version) VALUES ($1, $2)
         ON CONFLICT (only_one) DO UPDATE
           SET document = EXCLUDED.document, version = EXCLUDED.version, updated_at = now()`,
        [JSON.stringify(document), next],
      );
      await this.members.reviewAll(tx, document.pointsFrom);
      await this.audit.write(tx, {
        actor,
        action: 'loyalty.programme-replaced',
        subject: 'loyalty:programme',
        before: row?.document,
        after: document,
      });
      await this.published.raise(tx, PUBLISHED);
      return next;
    });
    await this.published.announce(PUBLISHED);
    return version;
  }

  async #find(): Promise<{ document: Programme; version: number } | undefined> {
    const [row] = await this.database.query<Row>('SELECT document, version FROM loyalty_programme');
    return row && { document: programme.parse(row.document), version: row.version };
  }
}
