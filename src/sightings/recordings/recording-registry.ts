import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Audit } from '../../access/index.js';
import { Database, Published, type Queryable } from '../../platform/index.js';
import { toRfc3339, type Instant, type Principal, type StoreId } from '../../shared/index.js';
import { RecordingKeys } from './recording-keys.store.js';
import { RecordingRepository, type NewRecording } from './recordings.repository.js';

/** Under this name every process learns which stores are recorded. */
export const RECORDINGS = 'recordings';
const KEY_BYTES = 32;

/** Begins and ends recordings, and makes it known to every process. */
@Injectable()
export class RecordingRegistry {
  constructor(
    private readonly repository: RecordingRepository,
    private readonly keys: RecordingKeys,
    private readonly database: Database,
    private readonly published: Published,
    private readonly audit: Audit,
  ) {}

  /** The key first: who hears of a recording must find it. @returns false where one is running in the store */
  async begin(recording: NewRecording, actor: Principal): Promise<boolean> {
    const { recordingId, storeId, startedAt, endsAt } = recording;
    await this.keys.keep(recordingId, randomBytes(KEY_BYTES), endsAt - startedAt);
    const begun = await this.database.transaction(async (tx) => {
      if (!(await this.repository.insert(tx, recording))) return false;
      const after = { recordingId, endsAt: toRfc3339(endsAt) };
      await this.audit.write(tx, { actor, action: 'recording.started', subject: `store:${storeId}`, after });
      await this.published.raise(tx, RECORDINGS);
      return true;
    });
    if (begun) await this.published.announce(RECORDINGS);
    else await this.keys.forget(recordingId);
    return begun;
  }

  /** Throws the key away and notes the end; the same end twice is as good as once. */
  async end(recordingId: string, as: 'ended' | 'full', at: Instant): Promise<void> {
    await this.keys.forget(recordingId);
    await this.database.transaction(async (tx) => {
      if (await this.repository.end(tx, recordingId, at, as)) await this.published.raise(tx, RECORDINGS);
    });
  }

  /** Ends one before its time, for somebody; what the processes still hold of it they write. */
  async endFor(storeId: StoreId, recordingId: string, at: Instant, actor: Principal): Promise<void> {
    await this.keys.forget(recordingId);
    await this.#change('recording.ended', storeId, recordingId, actor, async (tx) => {
      await this.repository.end(tx, recordingId, at, 'ended');
    });
  }

  async remove(storeId: StoreId, recordingId: string, actor: Principal): Promise<void> {
    await this.keys.forget(recordingId);
    await this.#change('recording.removed', storeId, recordingId, actor, (tx) =>
      this.repository.remove(tx, recordingId),
    );
  }

  async #change(
    action: string,
    storeId: StoreId,
    recordingId: string,
    actor: Principal,
    change: (tx: Queryable) => Promise<void>,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await change(tx);
      await this.audit.write(tx, { actor, action, subject: `store:${storeId}`, after: { recordingId } });
      await this.published.raise(tx, RECORDINGS);
    });
    await this.published.announce(RECORDINGS);
  }
}
