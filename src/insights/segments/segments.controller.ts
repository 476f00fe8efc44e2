import { Controller } from '@nestjs/common';
import { Answer, etagOf, Handles, type Asked, type Page } from '../../platform/index.js';
import type { DayAnswer, MemberAnswer, SegmentAnswer } from './segment.dto.js';
import { SegmentTemplates } from './segment-templates.service.js';
import * as routes from './segments.routes.js';
import { Segments } from './segments.service.js';

@Controller()
export class SegmentsController {
  constructor(
    private readonly segments: Segments,
    private readonly templates: SegmentTemplates,
  ) {}

  @Handles(routes.listSegments)
  list({ query }: Asked<typeof routes.listSegments>): Promise<Page<SegmentAnswer>> {
    return this.segments.list(query);
  }

  @Handles(routes.getSegment)
  get({ params }: Asked<typeof routes.getSegment>): Promise<Answer> {
    return this.#answer(params.segmentId);
  }

  @Handles(routes.putSegment)
  async put({ params, body, principal, headers }: Asked<typeof routes.putSegment>): Promise<Answer> {
    const version = await this.segments.replace(params.segmentId, body, principal, headers);
    return this.#answer(params.segmentId, version === 1 ? 201 : 200);
  }

  @Handles(routes.deleteSegment)
  async remove({ params, principal, headers }: Asked<typeof routes.deleteSegment>): Promise<void> {
    await this.segments.remove(params.segmentId, principal, headers);
  }

  @Handles(routes.listMembers)
  members({ params, query, principal }: Asked<typeof routes.listMembers>): Promise<Page<MemberAnswer>> {
    return this.segments.members(params.segmentId, query, principal);
  }

  @Handles(routes.listDays)
  days({ params, query }: Asked<typeof routes.listDays>): Promise<Page<DayAnswer>> {
    return this.segments.days(params.segmentId, query.limit);
  }

  @Handles(routes.listTemplates)
  listTemplates(_: Asked<typeof routes.listTemplates>) {
    return { items: this.templates.list(), nextCursor: null };
  }

  @Handles(routes.adoptTemplate)
  async adopt({ params, body, principal }: Asked<typeof routes.adoptTemplate>): Promise<Answer> {
    return this.#answer(await this.templates.adopt(params.template, body, principal), 201);
  }

  async #answer(segmentId: string, status = 200): Promise<Answer> {
    const { segment, version } = await this.segments.find(segmentId);
    return new Answer(segment, { status, headers: { ETag: etagOf(version) } });
  }
}
