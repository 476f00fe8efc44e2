import { seeded, type Instant } from '../../shared/index.js';
import { demoZones, type DemoZone } from '../shop/layout.rules.js';
import type { Person } from '../shop/people.rules.js';
import { rotaOf, whereaboutsOf, type Rota, type Whereabouts } from './itinerary.rules.js';
import type { HeardFob } from './payload.rules.js';
import { heardAt } from './radio.rules.js';

/** Who is in the shop at a moment, and how its gateways hear them. */
export class Walk {
  readonly #rota: Rota;
  readonly #roll = seeded('corner-market radio');

  constructor(readonly people: readonly Person[]) {
    this.#rota = rotaOf(people);
  }

  inside(now: Instant): { person: Person; whereabouts: Whereabouts }[] {
    return this.people.flatMap((person, index) => {
      const arrivalMs = this.#rota.arrivalsMs[index] ?? 0;
      const whereabouts = whereaboutsOf(person, arrivalMs, this.#rota.roundMs, now);
      return whereabouts === undefined ? [] : [{ person, whereabouts }];
    });
  }

  /** What each gateway hears in one second. */
  heard(now: Instant): { zone: DemoZone; fobs: HeardFob[] }[] {
    const inside = this.inside(now);
    return demoZones.map((zone) => ({
      zone,
      fobs: inside.flatMap(({ person, whereabouts }) => {
        const rssiDbm = heardAt(zone, whereabouts.position, this.#roll);
        return rssiDbm === undefined ? [] : [{ person, rssiDbm }];
      }),
    }));
  }
}
