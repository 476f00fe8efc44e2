import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import { Departures } from '../../shoppers/index.js';
import { RecordingKeys } from './recording-keys.store.js';
import { Pseudonyms } from './recording.rules.js';
import { RecordingRepository } from './recordings.repository.js';

const unpacked = promisify(gunzip);
const packed = promisify(gzip);

/**
 * Lines of somebody who is erased, in recordings that are running: only those can be told from others', for the key of
 * the pseudonyms is thrown away with the end of the recording. What is on the tape of a process is written within 2 s
 * and taken by the erasure's next pass.
 */
@Injectable()
export class RecordingDeparture implements OnModuleInit {
  constructor(
    private readonly departures: Departures,
    private readonly repository: RecordingRepository,
    private readonly keys: RecordingKeys,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.departures.step('recordings', async ({ shopperIds }) => {
      for (const { recordingId } of await this.repository.running(this.clock.now())) {
        const key = await this.keys.find(recordingId);
        if (key !== undefined) await this.#scrub(recordingId, marksOf(shopperIds, key));
      }
    });
  }

  async #scrub(recordingId: string, marks: readonly string[]): Promise<void> {
    for await (const { chunkId, lines } of this.repository.chunksWithIds(recordingId)) {
      const all = (await unpacked(lines)).toString('utf8').split('\n');
      const others = all.filter((line) => !marks.some((mark) => line.includes(mark)));
      if (others.length === all.length) continue;
      await this.repository.rewrite(chunkId, await packed(others.join('\n')));
    }
  }
}

/** How lines of these shoppers look, under this key. */
function marksOf(shopperIds: readonly ShopperId[], key: Buffer): string[] {
  const pseudonyms = new Pseudonyms(key);
  return shopperIds.map((shopperId) => `"w":${JSON.stringify(pseudonyms.of(shopperId))}`);
}
