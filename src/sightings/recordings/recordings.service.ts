import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { Clock, conflict, notFound } from '../../platform/index.js';
import { MINUTE_MS, toRfc3339, type PrincipalOf, type StoreId } from '../../shared/index.js';
import { StoreDocuments } from '../../stores/index.js';
import { RecordingRegistry } from './recording-registry.js';
import { summaryOf, type RecordingRow, type RecordingSummary } from './recording.rules.js';
import { RecordingRepository } from './recordings.repository.js';
import { headerLine } from './trace.js';

type Asker = PrincipalOf<'service' | 'staff'>;

/** Where a recording is found. */
export interface RecordingPlace {
  storeId: StoreId;
  recordingId: string;
}

const gzipped = promisify(gzip);
const gunzipped = promisify(gunzip);

/** Recordings, for those who may have them. */
@Injectable()
export class Recordings {
  constructor(
    private readonly stores: StoreDocuments,
    private readonly registry: RecordingRegistry,
    private readonly repository: RecordingRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 for no such store within reach, 409 `already-recording` */
  async start(
    storeId: StoreId,
    minutes: number,
    asker: Asker,
  ): Promise<{ recordingId: string; endsAt: string }> {
    const { document: store } = await this.stores.find(storeId, asker);
    const startedAt = this.clock.now();
    const endsAt = startedAt + minutes * MINUTE_MS;
    const recordingId = this.clock.newId();
    if (!(await this.registry.begin({ recordingId, storeId, store, startedAt, endsAt }, asker))) {
      throw conflict('already-recording', 'A recording is running in this store.');
    }
    return { recordingId, endsAt: toRfc3339(endsAt) };
  }

  async list(storeId: StoreId, asker: Asker): Promise<RecordingSummary[]> {
    await this.stores.find(storeId, asker);
    const now = this.clock.now();
    return (await this.repository.list(storeId)).map((row) => summaryOf(row, now));
  }

  /** @throws Problem 404 for no such recording of this store */
  async find(place: RecordingPlace, asker: Asker): Promise<RecordingSummary> {
    return summaryOf(await this.#row(place, asker), this.clock.now());
  }

  /** Ends it now, if it still runs. */
  async end({ storeId, recordingId }: RecordingPlace, asker: Asker): Promise<RecordingSummary> {
    const before = await this.find({ storeId, recordingId }, asker);
    if (before.state !== 'running') return before;
    await this.registry.endFor(storeId, recordingId, this.clock.now(), asker);
    return this.find({ storeId, recordingId }, asker);
  }

  async remove({ storeId, recordingId }: RecordingPlace, asker: Asker): Promise<void> {
    await this.#row({ storeId, recordingId }, asker);
    await this.registry.remove(storeId, recordingId, asker);
  }

  /** The trace as far as it is kept, a chunk at a time. Gzip members one after another are gzip again (RFC 1952, 2.2). */
  async trace(place: RecordingPlace, asker: Asker, asGzip: boolean): Promise<Readable> {
    const row = await this.#row(place, asker);
    const store = await this.repository.storeOf(row.recordingId);
    if (store === undefined) throw notFound('recording');
    const { recordingId, storeId, startedAt: recordedAt } = row;
    const header = Buffer.from(headerLine({ storeId, store, recordedAt }));
    const chunks = this.repository.chunks(recordingId);
    async function* parts(): AsyncGenerator<Buffer> {
      yield asGzip ? await gzipped(header) : header;
      for await (const lines of chunks) yield asGzip ? lines : await gunzipped(lines);
    }
    return Readable.from(parts(), { objectMode: false });
  }

  async #row({ storeId, recordingId }: RecordingPlace, asker: Asker): Promise<RecordingRow> {
    await this.stores.find(storeId, asker);
    const row = await this.repository.find(storeId, recordingId);
    if (row === undefined) throw notFound('recording');
    return row;
  }
}
