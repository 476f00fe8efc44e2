import type { RunningService } from './running-service.js';

const LOOK_MS = 500;
/** A server that will not stay up is tried again ever more slowly, up to this. */
const LONGEST_PAUSE_MS = 10_000;

/**
 * A service that is started again when it ends without being asked to: whoever uses it sees an outage, not an end.
 *
 * @param start starts it on the data it has, or adopts it where it still runs
 */
export async function supervised(
  start: () => Promise<RunningService>,
  title: string,
  log: (line: string) => void,
): Promise<RunningService> {
  let service = await start();
  let stopping = false;
  let pauseMs = LOOK_MS;
  let restart: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    if (service.isAlive()) {
      pauseMs = LOOK_MS;
      return;
    }
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    try {
      const next = await start();
      if (next.url !== service.url)
        log(`${title} has another address now: this program must be started again.`);
      service = next;
    } catch (error) {
      log(`${title} does not come back: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const watch = (): void => {
    if (stopping) return;
    setTimeout(() => {
      restart = stopping ? restart : look().finally(watch);
    }, pauseMs).unref();
  };
  watch();

  return {
    url: service.url,
    pid: service.pid,
    isAlive: () => service.isAlive(),
    stop: async () => {
      stopping = true;
      await restart;
      await service.stop();
    },
  };
}
