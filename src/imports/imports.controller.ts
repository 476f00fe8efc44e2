import { Controller, StreamableFile } from '@nestjs/common';
import { Answer, Handles, route, vocabulary, type Asked, type Page } from '../platform/index.js';
import {
  importAnswer,
  importQuery,
  importsAnswer,
  MEDIA_TYPES,
  ofImport,
  type ImportAnswer,
} from './import.dto.js';
import { acceptedAnswer, checkEncoding, formatOfType, Imports, keyOf } from './imports.service.js';
import { rejectionFormat, REJECTION_TYPES } from './rejections.rules.js';

const tag = 'imports';
const allow = ['service', 'admin'] as const;
const post = route({
  method: 'POST',
  path: '/v1/imports',
  tag,
  summary: 'Import a file of any size, CSV or NDJSON, plain or gzip; answered when all of it is on disk',
  allow,
  ofChain: true,
  query: importQuery,
  streamedBody: MEDIA_TYPES,
  status: 202,
  answer: importAnswer,
  // The key is kept with the import, and compared with what was in the file.
  ignoresIdempotencyKey: true,
});
const list = route({
  method: 'GET',
  path: '/v1/imports',
  tag,
  summary: 'Imports, the newest first',
  allow,
  ofChain: true,
  query: vocabulary.page,
  answer: importsAnswer,
});
const get = route({
  method: 'GET',
  path: '/v1/imports/{importId}',
  tag,
  summary: 'How far an import is, and its first rejected rows',
  allow,
  ofChain: true,
  params: ofImport,
  answer: importAnswer,
});
const rejected = route({
  method: 'GET',
  path: '/v1/imports/{importId}/rejected',
  tag,
  summary: 'All rejected rows with line, code, detail and text: CSV, or NDJSON by Accept',
  allow,
  ofChain: true,
  params: ofImport,
});

/** Files as the back office sends them. */
@Controller()
export class ImportsController {
  constructor(private readonly imports: Imports) {}

  @Handles(post)
  async post({
    query,
    body,
    headers,
    contentType,
    principal,
    receivedAt,
  }: Asked<typeof post>): Promise<Answer> {
    checkEncoding(headers['content-encoding']);
    const length = Number(headers['content-length']);
    const { importId, isReplayed } = await this.imports.receive({
      type: query.type,
      source: body,
      format: query.format ?? formatOfType(contentType),
      totalBytes: Number.isFinite(length) ? length : undefined,
      idempotencyKey: keyOf(headers['idempotency-key']),
      actor: principal,
      receivedAt,
    });
    return acceptedAnswer(await this.imports.shown(importId), isReplayed);
  }

  @Handles(list)
  list({ query }: Asked<typeof list>): Promise<Page<ImportAnswer>> {
    return this.imports.list(query);
  }

  @Handles(get)
  get({ params }: Asked<typeof get>): Promise<ImportAnswer> {
    return this.imports.shown(params.importId);
  }

  @Handles(rejected)
  async rejected({ params, headers }: Asked<typeof rejected>): Promise<Answer> {
    const format = rejectionFormat(headers.accept);
    const file = await this.imports.rejections(params.importId, format);
    const name = `rejected-${params.importId}.${format}`;
    return new Answer(new StreamableFile(file), {
      headers: {
        'Content-Type': REJECTION_TYPES[format],
        'Content-Disposition': `attachment; filename="${name}"`,
      },
    });
  }
}
