import { Inject, Injectable } from '@nestjs/common';
import { Clock, unavailable } from '../../platform/index.js';
import {
  compileRule,
  FIELD_REGISTRY,
  FieldRegistry,
  readsIn,
  sqlOf,
  Statement,
  type Rule,
} from '../../rules/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
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

/** Counts audiences: in Postgres as far as a rule can be said in SQL, else by the compiled rule over shoppers' views. */
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

  /**
   * As far as the steps can be said in SQL Postgres counts them. From the first that cannot be said on, those whom
   * SQL leaves are asked one by one.
   */
  async #countOf(rule: Rule): Promise<Audience> {
    const at = this.clock.now();
    const steps = stepsOf(rule);
    const statement = new Statement(at);
    const said = steps.map((step) => sqlOf(step, this.fields, statement));
    const unsaid = said.findIndex(({ isExact }) => !isExact);
    const asked = unsaid === -1 ? said : said.slice(0, unsaid + 1);
    const most = unsaid === -1 ? SAMPLE : MOST_ASKED;
    const sieved = await this.repository.sieved(
      asked.map(({ sql }) => sql),
      statement,
      { at, most },
    );
    if (sieved === undefined) return this.#askEverybody(rule, at);
    const { of } = sieved;
    const told = (remaining: readonly number[]): Audience['funnel'] =>
      steps.map((step, place) => ({ rule: step, remaining: remaining[place] ?? 0 }));
    if (unsaid === -1) {
      const { remaining, ids } = sieved;
      const count = remaining.at(-1) ?? 0;
      return { count, sample: [...ids], funnel: told(remaining), exact: true, margin: 0, asked: of, of };
    }
    const left = { ids: sieved.ids, total: sieved.remaining[unsaid] ?? 0 };
    const { remaining, margin, exact, sample, asked: judged } = await this.#ask(rule, unsaid, left, at);
    const counted = [...sieved.remaining.slice(0, unsaid), ...remaining];
    const count = counted.at(-1) ?? 0;
    return { count, sample, funnel: told(counted), exact, margin, asked: exact ? of : judged, of };
  }

  /** Where Postgres would take too long, a sample of all is asked. */
  async #askEverybody(rule: Rule, at: Instant): Promise<Audience> {
    const { ids, total } = await this.repository.everybody(MOST_ASKED);
    const { remaining, ...asked } = await this.#ask(rule, 0, { ids, total }, at);
    const funnel = stepsOf(rule).map((step, place) => ({ rule: step, remaining: remaining[place] ?? 0 }));
    return { ...asked, count: remaining.at(-1) ?? 0, funnel, of: total };
  }

  /** Asks those whom SQL left the steps from `first` on, as decisions and segments would: of their views. */
  async #ask(
    rule: Rule,
    first: number,
    { ids, total }: { ids: readonly ShopperId[]; total: number },
    at: Instant,
  ): Promise<Pick<Audience, 'margin' | 'exact' | 'sample' | 'asked'> & { remaining: number[] }> {
    const steps = stepsOf(rule).slice(first);
    const funnel = new Funnel(steps.map((step) => compileRule(step, this.fields)));
    const asked = readsIn({ combinator: 'and', rules: steps });
    const sample: ShopperId[] = [];
    const began = this.clock.now();
    let from = 0;
    // In the order of a hash, so that those asked are like chance wherever it ends.
    for (; from < ids.length && this.clock.now() - began < MOST_MS; from += AT_ONCE) {
      for (const facts of await this.shoppers.facts(ids.slice(from, from + AT_ONCE), asked, at)) {
        if (!facts.shopper.consents.profiling || !funnel.add(facts)) continue;
        if (sample.length < SAMPLE) sample.push(facts.shopper.shopperId);
      }
    }
    const exact = from >= ids.length && total <= ids.length;
    const estimates = funnel.remaining.map((remaining) =>
      scaled(remaining, funnel.asked, exact ? funnel.asked : total),
    );
    return {
      remaining: estimates.map(({ count }) => count),
      margin: estimates.at(-1)?.margin ?? 0,
      exact,
      sample,
      asked: funnel.asked,
    };
  }
}
