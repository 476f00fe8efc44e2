import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { Clock, Log } from '../../platform/index.js';
import { SECOND_MS, type StoreId } from '../../shared/index.js';
import type { CheckIn } from '../checkins/checkin.js';
import type { Sighting } from '../sighting.js';
import { RecordingKeys } from './recording-keys.store.js';
import { RecordingRegistry } from './recording-registry.js';
import { RecordingRepository } from './recordings.repository.js';
import { Tape } from './tape.js';

/** A recording that has as many sightings ends itself; some 60 MB as it is kept. */
export const MOST_SIGHTINGS = 5_000_000;
const WRITE_EVERY_MS = 1.5 * SECOND_MS;

const gzipped = promisify(gzip);

/**
 * Records, in this process, what presence got. Where no recording runs it costs a look at an empty map; where one does,
 * a line of text a sighting. Nobody who brings sightings waits for it or hears of its faults.
 */
@Injectable()
export class Recorder {
  readonly #tapes = new Map<StoreId, Tape>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(
    private readonly repository: RecordingRepository,
    private readonly keys: RecordingKeys,
    private readonly registry: RecordingRegistry,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  sightings(sightings: readonly Sighting[]): void {
    if (this.#tapes.size === 0) return;
    for (const sighting of sightings) this.#tapes.get(sighting.storeId)?.sighting(sighting);
  }

  checkin(checkin: CheckIn): void {
    if (this.#tapes.size > 0) this.#tapes.get(checkin.storeId)?.checkin(checkin);
  }

  /** Takes up what runs and lets go of what does not. */
  async load(): Promise<void> {
    const running = await this.repository.running(this.clock.now());
    await this.write();
    const ids = new Set(running.map(({ recordingId }) => recordingId));
    for (const [storeId, { recording }] of this.#tapes) {
      if (!ids.has(recording.recordingId)) this.#tapes.delete(storeId);
    }
    for (const { storeId, ...recording } of running) {
      if (this.#tapes.get(storeId)?.recording.recordingId === recording.recordingId) continue;
      const key = await this.#keyOf(recording.recordingId);
      if (key !== undefined) this.#tapes.set(storeId, new Tape(recording, key));
    }
    if (this.#tapes.size > 0) this.#timer ??= setInterval(() => void this.write(), WRITE_EVERY_MS).unref();
  }

  /** Where there is none, this process does not record: names under another key would be other walkers. */
  async #keyOf(recordingId: string): Promise<Buffer | undefined> {
    try {
      const key = await this.keys.find(recordingId);
      if (key === undefined) this.log.warn({ event: 'recording.without-key', recordingId });
      return key;
    } catch (error) {
      this.log.warn({ event: 'recording.without-key', recordingId, error });
      return undefined;
    }
  }

  /** Writes what waits, and ends what is over. Never fails: what cannot be written is counted as dropped. */
  write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (const [storeId, tape] of this.#tapes) {
      // Asked before it is written: what comes in after that moment and before the end is still to be written.
      const isOver = this.clock.now() >= tape.recording.endsAt;
      const isFull = await this.#write(tape);
      if (!isOver && !isFull) continue;
      this.#tapes.delete(storeId);
      await this.#end(tape.recording.recordingId, isFull ? 'full' : 'ended');
    }
    if (this.#tapes.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** @returns true where nothing more is to be recorded before its time */
  async #write(tape: Tape): Promise<boolean> {
    const cut = tape.cut();
    if (cut === undefined) return false;
    const { recordingId } = tape.recording;
    try {
      const lines = cut.lines.length === 0 ? undefined : await gzipped(cut.lines.join(''));
      const sightings = await this.repository.keep(recordingId, cut, lines);
      return sightings === undefined || sightings >= MOST_SIGHTINGS;
    } catch (error) {
      tape.lose(cut);
      this.log.warn({ event: 'recording.unwritten', recordingId, error });
      return false;
    }
  }

  /** It ends by its own time as well; what is noted here is only sooner. */
  async #end(recordingId: string, as: 'ended' | 'full'): Promise<void> {
    try {
      await this.registry.end(recordingId, as, this.clock.now());
    } catch (error) {
      this.log.warn({ event: 'recording.not-ended', recordingId, error });
    }
  }

  /** Writes what is left, as the process stops. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.write();
  }
}
