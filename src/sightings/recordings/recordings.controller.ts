import { Controller, StreamableFile } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked, type Page } from '../../platform/index.js';
import type { RecordingSummary } from './recording.rules.js';
import { Recordings } from './recordings.service.js';

const tag = 'Recordings';
const allow = ['service', 'admin'] as const;
const all = '/v1/stores/{storeId}/recordings';
const one = `${all}/{recordingId}` as const;
const ofStore = z.strictObject({ storeId: vocabulary.storeId });
const params = ofStore.extend({ recordingId: z.guid() });
const summary = z.object({
  recordingId: z.string(),
  storeId: z.string(),
  state: z.enum(['running', 'ended', 'full']),
  startedAt: z.string(),
  endsAt: z.string(),
  sightings: z.int(),
  checkins: z.int(),
  dropped: z.int().describe('heard but not kept'),
});

const start = route({
  method: 'POST',
  path: all,
  tag,
  summary: 'Records what presence gets in a store, under pseudonyms that nobody can trace back',
  allow,
  params: ofStore,
  body: z.strictObject({ minutes: z.int().min(1).max(120) }),
  status: 202,
  answer: z.object({ recordingId: z.string(), endsAt: z.string() }),
});
const list = route({
  method: 'GET',
  path: all,
  tag,
  summary:
    'The recordings of a store, newest first; they are kept for 30 days unless a setting says otherwise',
  allow,
  params: ofStore,
  answer: vocabulary.pageOf(summary),
});
const get = route({
  method: 'GET',
  path: one,
  tag,
  summary: 'How a recording stands',
  allow,
  params,
  answer: summary,
});
const end = route({
  method: 'POST',
  path: `${one}/end`,
  tag,
  summary: 'Ends a recording before its time',
  allow,
  params,
  answer: summary,
});
const trace = route({
  method: 'GET',
  path: `${one}/trace`,
  tag,
  summary: 'What was recorded, as NDJSON for `replay --trace`',
  allow,
  params,
  query: z.strictObject({ gzip: z.stringbool().default(false).describe('as a gzipped file') }),
});
const remove = route({
  method: 'DELETE',
  path: one,
  tag,
  summary: 'Throws a recording away, running or not',
  allow,
  params,
  status: 204,
});

/** The doors of recordings. */
@Controller()
export class RecordingsController {
  constructor(private readonly recordings: Recordings) {}

  @Handles(start)
  start({ params: { storeId }, body, principal }: Asked<typeof start>): Promise<object> {
    return this.recordings.start(storeId, body.minutes, principal);
  }

  @Handles(list)
  async list({ params: { storeId }, principal }: Asked<typeof list>): Promise<Page<RecordingSummary>> {
    return { items: await this.recordings.list(storeId, principal), nextCursor: null };
  }

  @Handles(get)
  get({ params: place, principal }: Asked<typeof get>): Promise<RecordingSummary> {
    return this.recordings.find(place, principal);
  }

  @Handles(end)
  end({ params: place, principal }: Asked<typeof end>): Promise<RecordingSummary> {
    return this.recordings.end(place, principal);
  }

  @Handles(trace)
  async trace({ params: place, query, principal }: Asked<typeof trace>): Promise<StreamableFile> {
    const file = `${place.recordingId}.ndjson${query.gzip ? '.gz' : ''}`;
    return new StreamableFile(await this.recordings.trace(place, principal, query.gzip), {
      type: query.gzip ? 'application/gzip' : 'application/x-ndjson',
      disposition: `attachment; filename="${file}"`,
    });
  }

  @Handles(remove)
  remove({ params: place, principal }: Asked<typeof remove>): Promise<void> {
    return this.recordings.remove(place, principal);
  }
}
