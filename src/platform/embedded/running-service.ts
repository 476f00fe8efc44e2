import type { Launched } from './processes.js';

/** A server that answers, and how to end it. */
export interface RunningService {
  url: string;
  pid: number;
  isAlive(): boolean;
  /** Ends it with all it was given on disk; may be called again. */
  stop(): Promise<void>;
}

/** The same service, which says so when its process ends before we stop it. */
export function watchEnd(
  service: RunningService,
  server: Launched,
  title: string,
  logFile: string,
  log: (line: string) => void,
): RunningService {
  let stopping = false;
  void server.ended.then((how) => {
    if (!stopping) log(`${title} has ended unexpectedly (${how}). ${logFile} says:\n${server.lastLines()}`);
  });
  return {
    ...service,
    stop: () => {
      stopping = true;
      return service.stop();
    },
  };
}
