import { propensitiesOf, type Exploration } from '../choosing/squarecb.rules.js';
import type { LoggedChoice } from './off-policy.rules.js';

/** One line of the ledger's export: a choice among offers, and what came of it. Money in minor units. */
export interface PolicyLogLine {
  decisionId: string;
  at: string;
  storeId: string;
  /** The ranking that chose. */
  policy: string;
  offerId: string;
  revision: number;
  /** All that might have been chosen. */
  choices: readonly {
    offerId: string;
    revision: number;
    propensity: number;
    priority: number;
    value: number;
    margin: number;
  }[];
  /** (bought - p0) · margin - bought · cost: what the offer brought beyond what would have been bought anyway. */
  reward: number;
  bought: boolean;
}

/** What can be judged: always the best by value, by priority, any alike, or SquareCB with other parameters. */
export type JudgedPolicy =
  { kind: 'greedy' | 'priority' | 'uniform' } | ({ kind: 'incrementalValue' } & Exploration);

/** @throws RangeError for a line whose choice is not among its choices */
export function choiceOf(line: PolicyLogLine, judged: JudgedPolicy): LoggedChoice {
  const { choices, offerId, reward } = line;
  const propensity = choices.find((each) => each.offerId === offerId)?.propensity;
  if (propensity === undefined) throw new RangeError(`offerId: ${offerId} is not among the choices`);
  const probabilities = probabilitiesOf(choices, judged);
  return {
    action: offerId,
    propensity,
    reward,
    target: choices.map((each, at) => [each.offerId, probabilities[at] ?? 0] as const),
  };
}

function probabilitiesOf(choices: PolicyLogLine['choices'], judged: JudgedPolicy): number[] {
  switch (judged.kind) {
    case 'uniform':
      return choices.map(() => 1 / choices.length);
    case 'greedy':
      return onlyThe(choices.map(({ value }) => value));
    case 'priority': {
      const highest = Math.max(...choices.map(({ priority }) => priority));
      return onlyThe(choices.map(({ priority, value }) => (priority === highest ? value : -Infinity)));
    }
    case 'incrementalValue': {
      const stake = Math.max(1, ...choices.map(({ margin }) => Math.abs(margin)));
      return propensitiesOf(
        choices.map(({ value }) => value / stake),
        judged,
      );
    }
  }
}

/** Of several alike the first. */
function onlyThe(values: readonly number[]): number[] {
  const best = values.indexOf(Math.max(...values));
  return values.map((_, at) => Number(at === best));
}

/** A row of the Open Bandit Dataset (ZOZO, 2020): an item shown at a position, and whether it was clicked. */
export interface OpenBanditRow {
  item: string;
  position: string;
  clicked: number;
  propensity: number;
}

/** @throws RangeError for a row that lacks a number */
export function openBanditRow(row: Readonly<Record<string, unknown>>): OpenBanditRow {
  const { item_id: item, position, click, propensity_score: propensity } = row;
  const figure = (name: string, value: unknown): number => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
    if (!Number.isFinite(number)) throw new RangeError(`${name}: expected a number`);
    return number;
  };
  return {
    item: String(figure('item_id', item)),
    position: String(figure('position', position)),
    clicked: figure('click', click),
    propensity: figure('propensity_score', propensity),
  };
}

/** Judges the policy that shows every item of the log alike, at each position by itself. */
export function openBanditChoices(rows: readonly OpenBanditRow[]): LoggedChoice[] {
  const items = [...new Set(rows.map(({ item }) => item))];
  const named = (item: string, position: string): string => `${item}@${position}`;
  const positions = [...new Set(rows.map(({ position }) => position))];
  const targets = new Map(
    positions.map((position) => [
      position,
      items.map((item) => [named(item, position), 1 / items.length] as const),
    ]),
  );
  return rows.map(({ item, position, clicked, propensity }) => ({
    action: named(item, position),
    propensity,
    reward: clicked,
    target: targets.get(position) ?? [],
  }));
}
