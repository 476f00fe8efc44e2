import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Audit } from '../access/index.js';
import {
  Database,
  Problem,
  Published,
  decodeCursor,
  notFound,
  pageFrom,
  requireMatch,
  type Fault,
  type Page,
  type Queryable,
} from '../platform/index.js';
import type { PrincipalOf, StoreId } from '../shared/index.js';
import { reachOf, reaches } from './reach.rules.js';
import type { StoreDocument, StoreSummary } from './stores.dto.js';
import { StoresRepository, type KeptDocument } from './stores.repository.js';
import { PUBLISHED_AS } from './stores.service.js';

type Asker = PrincipalOf<'service' | 'staff'>;

/** Reads and replaces the documents of stores, for those who may. */
@Injectable()
export class StoreDocuments {
  constructor(
    private readonly database: Database,
    private readonly repository: StoresRepository,
    private readonly audit: Audit,
    private readonly published: Published,
  ) {}

  /** @throws Problem 404 for a store that is missing or out of the asker's reach */
  async find(storeId: StoreId, asker: Asker): Promise<KeptDocument> {
    const kept = reaches(asker, storeId) ? await this.repository.find(storeId) : undefined;
    if (kept === undefined) throw notFound('store');
    return kept;
  }

  async list(
    asker: Asker,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<Page<StoreSummary>> {
    const [after = ''] = decodeCursor(page.cursor, 1) ?? [];
    const rows = await this.repository.list(reachOf(asker), String(after), page.limit + 1);
    return pageFrom(
      rows,
      page.limit,
      ({ storeId }) => [storeId],
      (row) => row,
    );
  }

  /**
   * Creates or replaces a store. When it returns, this process already reads the new layout.
   *
   * @returns the new version; 1 for a store that was created
   * @throws Problem 404 out of reach, 428 or 412 without the present ETag, 409 for what another store has
   */
  async replace(
    storeId: StoreId,
    document: StoreDocument,
    asker: Asker,
    headers: IncomingHttpHeaders,
  ): Promise<number> {
    if (!reaches(asker, storeId)) throw notFound('store');
    const version = await this.database.transaction(async (tx) => {
      const before = await this.#save(tx, storeId, document, headers);
      await this.#own(tx, storeId, document);
      await this.audit.write(tx, {
        actor: asker,
        action: before === undefined ? 'store.created' : 'store.replaced',
        subject: `store:${storeId}`,
        ...(before !== undefined && { before: withoutSurvey(before.document) }),
        after: withoutSurvey(document),
      });
      await this.published.raise(tx, PUBLISHED_AS);
      return (before?.version ?? 0) + 1;
    });
    await this.published.announce(PUBLISHED_AS);
    return version;
  }

  /** @returns what was there before, or undefined when the store is new */
  async #save(
    tx: Queryable,
    storeId: StoreId,
    document: StoreDocument,
    headers: IncomingHttpHeaders,
  ): Promise<KeptDocument | undefined> {
    if (await this.repository.insert(tx, storeId, document)) {
      if (headers['if-match'] === undefined) return undefined;
      throw new Problem(412, 'precondition-failed', 'If-Match: there is no such store yet.');
    }
    const before = await this.repository.lock(tx, storeId);
    requireMatch(headers, before.version);
    await this.repository.update(tx, storeId, { document, version: before.version + 1 });
    return before;
  }

  async #own(tx: Queryable, storeId: StoreId, { gateways, beacons }: StoreDocument): Promise<void> {
    const gatewayIds = gateways.map(({ gatewayId }) => gatewayId);
    const beaconIds = beacons.map(({ beaconId }) => beaconId);
    refuseTaken('gateway', gatewayIds, await this.repository.own(tx, 'gateway', storeId, gatewayIds));
    refuseTaken('beacon', beaconIds, await this.repository.own(tx, 'beacon', storeId, beaconIds));
  }
}

/** @throws Problem 409 `gateway-taken` or `beacon-taken`, naming each with its place in the document */
function refuseTaken(kind: 'gateway' | 'beacon', ids: readonly string[], taken: ReadonlySet<string>): void {
  if (taken.size === 0) return;
  const code = `${kind}-taken`;
  const detail = (id: string): string => `${id} belongs to another store`;
  const errors: Fault[] = ids.flatMap((id, index) =>
    taken.has(id) ? [{ path: `${kind}s[${index}].${kind}Id`, code, detail: detail(id) }] : [],
  );
  throw new Problem(409, code, `${kind} ${[...taken].map(detail).join(', ')}.`, { errors });
}

/** Thousands of measurements say nothing about who changed what. */
function withoutSurvey({ survey: _, ...rest }: StoreDocument): Omit<StoreDocument, 'survey'> {
  return rest;
}
