import { ApiError, type Api } from './api.js';
import { postOf } from './walk/payload.rules.js';
import type { Walk } from './walk/walk.js';

const EVERY_MS = 1_000;
/** One complaint in so long is enough; the posts themselves go on. */
const COMPLAIN_EVERY_MS = 30_000;

/** The gateways of the shop: each posts what it hears, once a second, as the real ones do. */
export class Gateways {
  readonly #busy = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #complainedAt = 0;

  constructor(
    private readonly api: Api,
    private readonly gatewayKey: string,
    private readonly walk: Walk,
    private readonly say: (line: string) => void,
  ) {}

  start(): void {
    this.#timer = setInterval(() => this.#listen(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #listen(): void {
    const now = Date.now();
    for (const { zone, fobs } of this.walk.heard(now)) {
      // A gateway that is still posting drops this second, as a real one would.
      if (this.#busy.has(zone.gatewayId)) continue;
      const { path, body } = postOf(zone, fobs, now);
      this.#busy.add(zone.gatewayId);
      void this.api
        .post(path, body, this.gatewayKey)
        .catch((error: unknown) => this.#complain(error))
        .finally(() => this.#busy.delete(zone.gatewayId));
    }
  }

  #complain(error: unknown): void {
    const now = Date.now();
    if (this.#timer === undefined || now - this.#complainedAt < COMPLAIN_EVERY_MS) return;
    this.#complainedAt = now;
    const why = error instanceof ApiError ? error.message : 'nobody answers';
    this.say(`A gateway cannot post its sightings: ${why}`);
  }
}
