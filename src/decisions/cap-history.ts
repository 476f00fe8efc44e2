import { capEventsOf, membersOf, type CapEvent, type ContactPolicy } from '../limits/index.js';
import type { Queryable } from '../platform/index.js';
import type { ShopperId } from '../shared/index.js';
import type { Pending } from './decision.js';
import { capWindowOf } from './grant.rules.js';

/** What shoppers, and their households where those count, were offered: as read, and with what is granted since. */
export class CapHistory {
  private constructor(
    private readonly events: Map<ShopperId, CapEvent[]>,
    private readonly households: ReadonlyMap<ShopperId, string>,
    private readonly shared: ReadonlyMap<string, CapEvent[]>,
  ) {}

  /** Under the locks of the shoppers, and of the households named, it is the truth until the commit. */
  static async read(
    tx: Queryable,
    pendings: readonly Pending[],
    policy: ContactPolicy,
    households: ReadonlyMap<ShopperId, string>,
  ): Promise<CapHistory> {
    if (pendings.length === 0) return new CapHistory(new Map(), households, new Map());
    const window = capWindowOf(pendings, policy);
    const members =
      households.size === 0
        ? new Map<string, ShopperId[]>()
        : await membersOf(tx, [...new Set(households.values())]);
    const shopperIds = [...new Set([...window.shopperIds, ...[...members.values()].flat()])];
    const events = await capEventsOf(tx, { ...window, shopperIds });
    const shared = new Map(
      [...members].map(([id, shoppers]) => [id, shoppers.flatMap((shopper) => events.get(shopper) ?? [])]),
    );
    return new CapHistory(events, households, shared);
  }

  of(shopperId: ShopperId): { events: readonly CapEvent[]; household: readonly CapEvent[] | undefined } {
    return { events: this.events.get(shopperId) ?? [], household: this.#householdOf(shopperId) };
  }

  /** Counts an offer just granted: another of the household may be next in the same commit. */
  add(shopperId: ShopperId, event: CapEvent): void {
    this.#householdOf(shopperId)?.push(event);
  }

  #householdOf(shopperId: ShopperId): CapEvent[] | undefined {
    const household = this.households.get(shopperId);
    return household === undefined ? undefined : this.shared.get(household);
  }
}
