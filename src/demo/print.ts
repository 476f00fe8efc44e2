import type { Api } from './api.js';
import type { ReceivedOffer } from './phones.js';
import { lineOf, type Explained } from './print.rules.js';
import { demoZones } from './shop/layout.rules.js';
import type { Person } from './shop/people.rules.js';

const ZONE_NAMES = new Map(demoZones.map(({ zoneId, name }) => [zoneId, name]));
/** The ledger knows when the phone acknowledged a moment after it did. */
const LEDGER_PAUSE_MS = 250;

/** Tells each offer that reached a phone in one line, with its reason from the ledger. */
export class OfferLines {
  readonly #people: ReadonlyMap<string, Person>;
  readonly #names = new Map<string, string>();

  constructor(
    private readonly api: Api,
    private readonly serviceKey: string,
    people: readonly Person[],
    private readonly say: (line: string) => void,
  ) {
    this.#people = new Map(people.map((person) => [person.shopperId, person]));
  }

  /** Never fails: without the ledger the line goes without its reason. */
  async tell(
    shopperId: string,
    offer: ReceivedOffer,
    { receivedAt, way }: { receivedAt: number; way: 'socket' | 'push' },
  ): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, LEDGER_PAUSE_MS));
    const decision = await this.api
      .get<Explained>(`/v1/decisions/${offer.decisionId}`, this.serviceKey)
      .catch(() => undefined);
    const offerName = await this.#nameOf(offer.offerId);
    this.say(
      lineOf({
        at: new Date(receivedAt),
        who: this.#people.get(shopperId)?.displayName ?? shopperId,
        where: zoneName(offer.zoneId ?? decision?.zoneId),
        title: offer.title,
        offerName,
        decision,
        way,
      }),
    );
  }

  async #nameOf(offerId: string): Promise<string> {
    const known = this.#names.get(offerId);
    if (known !== undefined) return known;
    try {
      const { name } = await this.api.get<{ name: string }>(`/v1/offers/${offerId}`, this.serviceKey);
      this.#names.set(offerId, name);
      return name;
    } catch {
      return 'an offer';
    }
  }
}

function zoneName(zoneId: string | undefined): string {
  return zoneId === undefined ? 'the door' : (ZONE_NAMES.get(zoneId) ?? zoneId);
}
