import { Injectable } from '@nestjs/common';
import { RedisConnections } from '../../platform/index.js';

/**
 * The keys of the pseudonyms, `<prefix>:recording:<id>` in Redis, for as long as the recording runs: Redis forgets each
 * at its end by itself, and no table, log or backup of the database ever held it.
 */
@Injectable()
export class RecordingKeys {
  constructor(private readonly redis: RedisConnections) {}

  async keep(recordingId: string, key: Buffer, forMs: number): Promise<void> {
    await this.redis.request.set(this.#name(recordingId), key.toString('hex'), 'PX', forMs);
  }

  /** Undefined where it is over, or Redis has lost it: then nothing more can be recorded. */
  async find(recordingId: string): Promise<Buffer | undefined> {
    const hex = await this.redis.request.get(this.#name(recordingId));
    return hex === null ? undefined : Buffer.from(hex, 'hex');
  }

  async forget(recordingId: string): Promise<void> {
    await this.redis.request.del(this.#name(recordingId));
  }

  #name(recordingId: string): string {
    return this.redis.key(`recording:${recordingId}`);
  }
}
