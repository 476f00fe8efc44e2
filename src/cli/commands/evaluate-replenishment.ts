import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  COLUMNS_READ,
  dayNumber,
  evaluateReplenishment,
  generalParameters,
  Gathering,
  LEVELS,
  type Level,
  type PackSizeReport,
  type ReplenishmentReport,
} from '../../insights/index.js';
import { seeded } from '../../shared/index.js';
import { note, required, UsageError } from '../command.js';
import { packSizeUsage, runPackSize } from './evaluate-pack-size.js';
import { linesOf } from './purchase-lines.js';

export const replenishmentUsage = `  evaluate replenishment --purchases FILE[.csv|.ndjson][.gz] --train-until YYYY-MM-DD [--level category|product]
            [--parameters FILE.json]
            how well purchases after the day are foreseen by what is fitted on those up to it, beside three baselines;
            columns: shopper_id, purchased_at, category (or product_id); quantity where there is one
            --parameters writes what a fresh installation would start with
${packSizeUsage}`;

/** The bootstrap draws the same shoppers each time: a report can be compared with the last. */
const SEED = 20_110_514;

/** @throws UsageError for what cannot be evaluated, with the option or the line that is at fault */
export async function runReplenishment(args: string[]): Promise<ReplenishmentReport | PackSizeReport> {
  const { values } = parseArgs({
    args,
    options: {
      purchases: { type: 'string' },
      level: { type: 'string', default: 'category' },
      'train-until': { type: 'string' },
      parameters: { type: 'string' },
      'pack-weights': { type: 'string' },
    },
  });
  const { 'pack-weights': packWeights, 'train-until': trainUntil } = values;
  if (packWeights !== undefined) {
    return runPackSize(required(values.purchases, '--purchases'), packWeights, trainUntil);
  }
  const level = levelOf(values.level);
  const written = required(trainUntil, '--train-until');
  const cut = /^\d{4}-\d\d-\d\d$/.test(written) ? dayNumber(written) : undefined;
  if (cut === undefined)
    throw new UsageError(`--train-until: expected a day such as 2011-05-14, not ${written}`);
  const histories = await read(required(values.purchases, '--purchases'), level);
  const days = histories.shoppers.flatMap((visits) => [visits[0]?.day ?? 0, visits.at(-1)?.day ?? 0]);
  if (!days.some((day) => day > cut))
    throw new UsageError(`--train-until ${written}: no purchase is after it`);
  if (!days.some((day) => day <= cut))
    throw new UsageError(`--train-until ${written}: no purchase is before it`);
  if (values.parameters !== undefined) {
    await writeFile(values.parameters, `${JSON.stringify(generalParameters(histories, cut))}\n`);
    note(`parameters: ${values.parameters}`);
  }
  note(`${histories.shoppers.length} shoppers, ${histories.itemCount} items; fitting …`);
  return evaluateReplenishment(histories, cut, seeded(SEED));
}

function levelOf(written: string): Level {
  const level = LEVELS.find((each) => each === written);
  if (level === undefined) throw new UsageError(`--level: expected ${LEVELS.join(' or ')}, not ${written}`);
  return level;
}

async function read(path: string, level: Level) {
  const gathering = new Gathering(level);
  await linesOf('--purchases', path, COLUMNS_READ[level], (row) => {
    gathering.add(row);
  });
  return gathering.finish();
}
