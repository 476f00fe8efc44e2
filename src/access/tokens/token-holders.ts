import { Injectable } from '@nestjs/common';
import { aliasesAmong, Database, notFound, type Queryable } from '../../platform/index.js';
import { principalName, type Instant, type Principal, type ShopperId } from '../../shared/index.js';
import { Audit } from '../audit/audit.service.js';
import { Revocations, type Revocation } from '../revocations.js';

/** What is on record of a shopper that a token speaks for. */
export interface Holder {
  /** Who they are now: the app of a shopper who was merged goes on as whoever they were merged into. */
  standsFor: ShopperId;
  revokedAt: Instant | undefined;
}

/** The shoppers behind tokens. Their table belongs to a room below this one: all we read of it stands here. */
@Injectable()
export class TokenHolders {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly revocations: Revocations,
  ) {}

  async find(shopperId: ShopperId): Promise<Holder> {
    const [aliases, revokedAt] = await Promise.all([
      aliasesAmong(this.database, [shopperId]),
      this.revocations.tokensRevokedAt(shopperId),
    ]);
    return { standsFor: aliases.get(shopperId) ?? shopperId, revokedAt };
  }

  /** @throws Problem 404 when there is none */
  async requireKnown(shopperId: ShopperId, from: Pick<Queryable, 'query'> = this.database): Promise<void> {
    const known = await from.query('SELECT 1 FROM shoppers WHERE shopper_id = $1', [shopperId]);
    if (known.length === 0) throw notFound('shopper');
  }

  /**
   * Ends every token of the shopper that was made until now, and the sockets that came with them.
   *
   * @throws Problem 404 when there is no such shopper
   */
  async revoke(shopperId: ShopperId, actor: Principal): Promise<void> {
    const subject = principalName({ kind: 'shopper', shopperId, expiresAt: 0 });
    const revocation = await this.database.transaction(async (tx): Promise<Revocation> => {
      await this.requireKnown(shopperId, tx);
      await this.audit.write(tx, { actor, action: 'tokens.revoked', subject });
      return this.revocations.note(tx, subject);
    });
    this.revocations.tell(revocation);
  }
}
