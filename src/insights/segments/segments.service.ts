import type { IncomingHttpHeaders } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Audit } from '../../access/index.js';
import {
  conflict,
  Database,
  decodeCursor,
  Housekeeping,
  notFound,
  pageFrom,
  Problem,
  requireMatch,
  type Page,
  type Queryable,
} from '../../platform/index.js';
import { describeRule, FIELD_REGISTRY, FieldRegistry, validateRule, warningsOf } from '../../rules/index.js';
import { reachOf } from '../../stores/index.js';
import { toRfc3339, type PrincipalOf } from '../../shared/index.js';
import type { DayAnswer, MemberAnswer, SegmentAnswer, SegmentDocument } from './segment.dto.js';
import { requireShopperRule } from './segment-rule.js';
import { SegmentsRepository, type KeptSegment } from './segments.repository.js';

type Asker = PrincipalOf<'service' | 'staff'>;
interface Asked {
  limit: number;
  cursor?: string | undefined;
}

/** Each is asked of every shopper who changes; more than marketers tell apart. */
const MOST_SEGMENTS = 200;

/** Saved rules over shoppers, and who meets them. */
@Injectable()
export class Segments implements OnModuleInit {
  constructor(
    private readonly repository: SegmentsRepository,
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly housekeeping: Housekeeping,
    @Inject(FIELD_REGISTRY) private readonly fields: FieldRegistry,
  ) {}

  onModuleInit(): void {
    this.housekeeping.onTidy(() => this.repository.tidy());
  }

  /** @throws Problem 404 */
  async find(segmentId: string): Promise<{ segment: SegmentAnswer; version: number }> {
    const kept = await this.repository.find(segmentId);
    if (kept === undefined) throw notFound('segment');
    const segment = { ...(await this.#shown(kept)), ...this.#warningsAbout(kept) };
    return { segment, version: kept.version };
  }

  async list({ limit, cursor }: Asked): Promise<Page<SegmentAnswer>> {
    const [after = ''] = decodeCursor(cursor, 1) ?? [];
    const rows = await this.repository.list(String(after), limit + 1);
    const page = pageFrom(
      rows,
      limit,
      ({ segmentId }) => [segmentId],
      (row) => row,
    );
    return { ...page, items: await Promise.all(page.items.map((kept) => this.#shown(kept))) };
  }

  /**
   * Creates or replaces a segment. Who belongs to it is worked out behind the answer.
   *
   * @returns the new version; 1 for a segment that was created
   * @throws Problem 400 for a rule that is not good, 428 or 412 without the present ETag, 409 `too-many-segments`
   */
  async replace(
    segmentId: string,
    { rule: json, ...named }: Omit<SegmentDocument, 'rule'> & { rule?: unknown },
    asker: Asker,
    headers: IncomingHttpHeaders,
  ): Promise<number> {
    const rule = requireShopperRule(json, this.fields, { mayAskForSegments: false });
    const document = { ...named, rule };
    return this.database.transaction(async (tx) => {
      const before = await this.#save(tx, segmentId, document, headers);
      await this.audit.write(tx, {
        actor: asker,
        action: before === undefined ? 'segment.created' : 'segment.replaced',
        subject: `segment:${segmentId}`,
        ...(before !== undefined && { before: before.document }),
        after: document,
      });
      return (before?.version ?? 0) + 1;
    });
  }

  /** Removes a segment, its members and its history. @throws Problem 404, 412 where `If-Match` names another version */
  async remove(segmentId: string, asker: Asker, headers: IncomingHttpHeaders): Promise<void> {
    await this.database.transaction(async (tx) => {
      const before = await this.repository.lockWhole(tx, segmentId);
      if (before === undefined) throw notFound('segment');
      if (headers['if-match'] !== undefined) requireMatch(headers, before.version);
      await this.repository.remove(tx, segmentId);
      await this.audit.write(tx, {
        actor: asker,
        action: 'segment.removed',
        subject: `segment:${segmentId}`,
        before: before.document,
      });
    });
  }

  /** Of staff of some stores those whom they have to do with. @throws Problem 404 */
  async members(segmentId: string, { limit, cursor }: Asked, asker: Asker): Promise<Page<MemberAnswer>> {
    const [after = ''] = decodeCursor(cursor, 1) ?? [];
    if ((await this.repository.find(segmentId)) === undefined) throw notFound('segment');
    const rows = await this.repository.members(segmentId, {
      after: String(after),
      limit: limit + 1,
      storeIds: reachOf(asker),
    });
    return pageFrom(
      rows,
      limit,
      ({ shopperId }) => [shopperId],
      ({ shopperId, since }) => ({ shopperId, since: toRfc3339(since) }),
    );
  }

  /** @throws Problem 404 */
  async days(segmentId: string, limit: number): Promise<Page<DayAnswer>> {
    if ((await this.repository.find(segmentId)) === undefined) throw notFound('segment');
    return { items: await this.repository.days(segmentId, limit), nextCursor: null };
  }

  /** @returns what was there before, or undefined when the segment is new */
  async #save(
    tx: Queryable,
    segmentId: string,
    document: SegmentDocument,
    headers: IncomingHttpHeaders,
  ): Promise<KeptSegment | undefined> {
    if (await this.repository.insert(tx, segmentId, document)) {
      if (headers['if-match'] !== undefined) {
        throw new Problem(412, 'precondition-failed', 'If-Match: there is no such segment yet.');
      }
      if ((await this.repository.count(tx)) <= MOST_SEGMENTS) return undefined;
      throw conflict('too-many-segments', `There are ${MOST_SEGMENTS} segments; remove one first.`);
    }
    const before = await this.repository.lock(tx, segmentId);
    if (before === undefined) throw conflict('removed-meanwhile', 'The segment was just removed; try again.');
    requireMatch(headers, before.version);
    const isRuleNew = !isDeepStrictEqual(before.document.rule, document.rule);
    await this.repository.update(tx, segmentId, { document, version: before.version + 1, isRuleNew });
    return before;
  }

  /** What whoever saved it ought to know: its rule is good, and parts of it can never hold. */
  #warningsAbout({ document }: KeptSegment): Pick<SegmentAnswer, 'warnings'> {
    const validation = validateRule(document.rule, this.fields, 'rule');
    const warnings = validation.ok ? warningsOf(validation.rule, this.fields, 'rule') : [];
    return warnings.length === 0 ? {} : { warnings };
  }

  async #shown(kept: KeptSegment): Promise<SegmentAnswer> {
    const { segmentId, document, state, members, passAt, createdAt, updatedAt } = kept;
    const share = state === 'ready' ? 1 : await this.repository.progress(passAt ?? '');
    const validation = validateRule(document.rule, this.fields);
    return {
      segmentId,
      ...document,
      explained: validation.ok ? describeRule(validation.rule, this.fields) : null,
      state,
      // Rounded down: a hundred is said only once all are judged.
      percent: state === 'ready' ? 100 : Math.min(99, Math.floor(share * 100)),
      members,
      createdAt: toRfc3339(createdAt),
      updatedAt: toRfc3339(updatedAt),
    };
  }
}
