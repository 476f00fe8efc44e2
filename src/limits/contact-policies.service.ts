import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { Audit } from '../access/index.js';
import { Database, Published, requireMatch } from '../platform/index.js';
import type { Principal } from '../shared/index.js';
import { contactPolicy, DEFAULT_POLICY, type ContactPolicy } from './contact-policy.js';

interface Row {
  document: unknown;
  version: number;
}

const NAME = 'contact';
const PUBLISHED = 'policies';

/** The contact policy: kept in Postgres, held in memory by every process, never older there than a second or two. */
@Injectable()
export class ContactPolicies implements OnModuleInit {
  #current: ContactPolicy = DEFAULT_POLICY;

  constructor(
    private readonly database: Database,
    private readonly published: Published,
    private readonly audit: Audit,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.published.subscribe(PUBLISHED, async () => {
      this.#current = (await this.read()).policy;
    });
  }

  /** What holds now, as this process knows it. */
  get current(): ContactPolicy {
    return this.#current;
  }

  async read(): Promise<{ policy: ContactPolicy; version: number }> {
    const [row] = await this.database.query<Row>('SELECT document, version FROM policies WHERE name = $1', [
      NAME,
    ]);
    return row === undefined
      ? { policy: DEFAULT_POLICY, version: 0 }
      : { policy: contactPolicy.parse(row.document), version: row.version };
  }

  /**
   * Replaces the policy as a whole.
   *
   * @throws Problem 428 without `If-Match`, 412 when somebody changed it meanwhile
   */
  async replace(policy: ContactPolicy, actor: Principal, headers: IncomingHttpHeaders): Promise<number> {
    const version = await this.database.transaction(async (tx) => {
      const [row] = await tx.query<Row>('SELECT document, version FROM policies WHERE name = $1 FOR UPDATE', [
        NAME,
      ]);
      requireMatch(headers, row?.version ?? 0);
      const next = (row?.version ?? 0) + 1;
      await tx.run(
        `INSERT INTO policies (name, document, version) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET document = EXCLUDED.document, version = EXCLUDED.version, updated_at = now()`,
        [NAME, JSON.stringify(policy), next],
      );
      await this.audit.write(tx, {
        actor,
        action: 'policy.replaced',
        subject: 'policy:contact',
        before: row?.document ?? DEFAULT_POLICY,
        after: policy,
      });
      await this.published.raise(tx, PUBLISHED);
      return next;
    });
    await this.published.announce(PUBLISHED);
    return version;
  }
}
