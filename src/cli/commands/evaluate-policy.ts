import { parseArgs } from 'node:util';
import {
  choiceOf,
  offPolicy,
  openBanditChoices,
  openBanditRow,
  type JudgedPolicy,
  type LoggedChoice,
  type OffPolicyReport,
  type OpenBanditRow,
  type PolicyLogLine,
} from '../../decisions/index.js';
import { required, UsageError } from '../command.js';
import { linesOf } from './purchase-lines.js';

export const policyUsage = `  evaluate policy --ledger FILE.ndjson[.gz] --policy greedy|priority|uniform|incrementalValue [--gamma N] [--floor P]
  evaluate policy --open-bandit FILE.csv[.gz]
            what another way to choose would have earned, from choices that were made (docs/choosing.md); the first
            reads what \`export ledger\` writes, the second judges showing every item alike`;

const COLUMNS = ['item_id', 'position', 'click', 'propensity_score'];

/** @throws UsageError for what cannot be evaluated, with the option or the line that is at fault */
export async function runPolicy(args: string[]): Promise<{ policy: JudgedPolicy } & OffPolicyReport> {
  const { values } = parseArgs({
    args,
    options: {
      ledger: { type: 'string' },
      'open-bandit': { type: 'string' },
      policy: { type: 'string' },
      gamma: { type: 'string', default: '1000' },
      floor: { type: 'string', default: '0.02' },
    },
  });
  const openBandit = values['open-bandit'];
  if (openBandit !== undefined) {
    const rows: OpenBanditRow[] = [];
    await linesOf('--open-bandit', openBandit, COLUMNS, (row) => {
      rows.push(openBanditRow(row));
    });
    return { policy: { kind: 'uniform' }, ...judged('--open-bandit', openBanditChoices(rows)) };
  }
  const file = required(values.ledger, '--ledger');
  const policy = policyOf(required(values.policy, '--policy'), values.gamma, values.floor);
  const choices: LoggedChoice[] = [];
  await linesOf('--ledger', file, [], (row) => {
    choices.push(choiceOf(lineFrom(row), policy));
  });
  return { policy, ...judged('--ledger', choices) };
}

function judged(option: string, choices: readonly LoggedChoice[]): OffPolicyReport {
  try {
    return offPolicy(choices);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${option}: ${error.message}`);
    throw error;
  }
}

function policyOf(kind: string, gamma: string, floor: string): JudgedPolicy {
  switch (kind) {
    case 'greedy':
    case 'priority':
    case 'uniform':
      return { kind };
    case 'incrementalValue': {
      const exploration = { gamma: Number(gamma), minimumPropensity: Number(floor) };
      if (!(exploration.gamma > 0)) throw new UsageError(`--gamma: expected a number above 0, not ${gamma}`);
      if (!(exploration.minimumPropensity >= 0 && exploration.minimumPropensity <= 1)) {
        throw new UsageError(`--floor: expected a probability, not ${floor}`);
      }
      return { kind, ...exploration };
    }
    default:
      throw new UsageError(`--policy: expected greedy, priority, uniform or incrementalValue, not ${kind}`);
  }
}

function lineFrom(row: Readonly<Record<string, unknown>>): PolicyLogLine {
  const { offerId, reward, choices } = row;
  const isWell = typeof offerId === 'string' && typeof reward === 'number' && Array.isArray(choices);
  if (!isWell) throw new RangeError('expected a line of `export ledger`: offerId, reward, choices');
  return row as unknown as PolicyLogLine;
}
