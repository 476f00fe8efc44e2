import { Inject, Injectable } from '@nestjs/common';
import { Clock, unavailable } from '../../platform/index.js';
import { compileRule, FIELD_REGISTRY, FieldRegistry, listsIn, type Rule } from '../../rules/index.js';
import type { ShopperId } from '../../shared/index.js';
import { AudienceRepository } from './audience.repository.js';
import { Funnel, scaled, stepsOf } from './audience.rules.js';
import { JudgedShoppers } from './judged-shoppers.js';
import { requireShopperRule } from './segment-rule.js';

/** How many shoppers a rule reaches, and where it loses the others. */
export interface Audience {
  count: number;
  sample: ShopperId[];
  funnel: { rule: Rule; remaining: number }[];
  exact: boolean;
  margin: number;
  asked: number;
  of: number;
}

/** Asked one by one; of more shoppers a sample is. At this size the margin is below half a per cent of them. */
const MOST_ASKED = 50_000;
/** Longer nobody waits: whoever was asked until then is the sample. */
const MOST_MS = 8_000;
const AT_ONCE = 250;
const SAMPLE = 20;
/** Each keeps a core and a connection busy for seconds. */
const MOST_AT_A_TIME = 2;

/** Counts audiences by asking the compiled rule of shoppers' views, as decisions and segments would. */
@Injectable()
export class Audiences {
  #underWay = 0;

  constructor(
    private readonly repository: AudienceRepository,
    private readonly shoppers: JudgedShoppers,
    private readonly clock: Clock,
    @Inject(FIELD_REGISTRY) private readonly fields: FieldRegistry,
  ) {}

  /** @throws Problem 400 for a rule that is not good or asks about a visit, 503 while enough others are counted */
  async count(json: unknown): Promise<Audience> {
    const rule = requireShopperRule(json, this.fields, { mayAskForSegments: true });
    if (this.#underWay >= MOST_AT_A_TIME) throw unavailable('Other audiences are being counted.', 5);
    this.#underWay += 1;
    try {
      return await this.#countOf(rule);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #countOf(rule: Rule): Promise<Audience> {
    const steps = stepsOf(rule);
    const funnel = new Funnel(steps.map((step) => compileRule(step, this.fields)));
    const [total, ids] = await Promise.all([this.repository.size(), this.repository.sample(MOST_ASKED)]);
    const sample: ShopperId[] = [];
    const now = this.clock.now();
    const lists = listsIn(rule);
    let from = 0;
    // In the order of a hash, so that those asked are like chance wherever it ends.
    for (; from < ids.length && this.clock.now() - now < MOST_MS; from += AT_ONCE) {
      for (const facts of await this.shoppers.facts(ids.slice(from, from + AT_ONCE), lists, now)) {
        if (!facts.shopper.consents.profiling || !funnel.add(facts)) continue;
        if (sample.length < SAMPLE) sample.push(facts.shopper.shopperId);
      }
    }
    const exact = from >= ids.length && (ids.length < MOST_ASKED || total <= MOST_ASKED);
    const of = exact ? funnel.asked : total;
    const estimates = funnel.remaining.map((remaining) => scaled(remaining, funnel.asked, of));
    const { count = 0, margin = 0 } = estimates.at(-1) ?? {};
    return {
      count,
      sample,
      funnel: steps.map((step, place) => ({ rule: step, remaining: estimates[place]?.count ?? 0 })),
      exact,
      margin,
      asked: funnel.asked,
      of,
    };
  }
}
