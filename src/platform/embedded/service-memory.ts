import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessMark } from './processes.js';

/** What is known of a service from its last start. */
interface RememberedService {
  port: number;
  process?: ProcessMark;
}

type ServiceName = 'postgres' | 'redis';

/** Ports and processes of the services, kept in the data folder from one start to the next. */
export class ServiceMemory {
  readonly #file: string;
  readonly #services: Partial<Record<ServiceName, RememberedService>>;

  constructor(dataFolder: string) {
    this.#file = join(dataFolder, 'services.json');
    this.#services = readServices(this.#file);
  }

  recall(name: ServiceName): RememberedService | undefined {
    return this.#services[name];
  }

  /** Written at once and in one step, so that a launcher killed the moment after leaves a trace of its children. */
  remember(name: ServiceName, service: RememberedService): void {
    this.#services[name] = service;
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#services, undefined, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

function readServices(file: string): Partial<Record<ServiceName, RememberedService>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<ServiceName, RememberedService>>;
  } catch {
    // A first start, or a file cut short by a power failure: ports are found anew.
    return {};
  }
}
