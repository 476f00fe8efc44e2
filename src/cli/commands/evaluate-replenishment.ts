import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import {
  COLUMNS_READ,
  dayNumber,
  evaluateReplenishment,
  generalParameters,
  Gathering,
  LEVELS,
  type Level,
  type ReplenishmentReport,
} from '../../insights/index.js';
import { seeded } from '../../shared/index.js';
import { purchaseRowsOf } from '../../shoppers/index.js';
import { note, required, UsageError } from '../command.js';

export const replenishmentUsage = `  evaluate replenishment --purchases FILE[.csv|.ndjson][.gz] --train-until YYYY-MM-DD [--level category|product]
            [--parameters FILE.json]
            how well purchases after the day are foreseen by what is fitted on those up to it, beside three baselines;
            columns: shopper_id, purchased_at, category (or product_id); quantity where there is one
            --parameters writes what a fresh installation would start with`;

/** The bootstrap draws the same shoppers each time: a report can be compared with the last. */
const SEED = 20_110_514;
const TOLD = 5;

/** @throws UsageError for what cannot be evaluated, with the option or the line that is at fault */
export async function runReplenishment(args: string[]): Promise<ReplenishmentReport> {
  const { values } = parseArgs({
    args,
    options: {
      purchases: { type: 'string' },
      level: { type: 'string', default: 'category' },
      'train-until': { type: 'string' },
      parameters: { type: 'string' },
    },
  });
  const level = levelOf(values.level);
  const written = required(values['train-until'], '--train-until');
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
  const faults: string[] = [];
  for await (const each of purchaseRowsOf(opened(path), formatOf(path), COLUMNS_READ[level])) {
    try {
      if ('fault' in each) throw new RangeError(each.fault);
      gathering.add(each.row);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      faults.push(`line ${each.line}: ${error.message}`);
      if (faults.length === TOLD) break;
    }
  }
  if (faults.length > 0) throw new UsageError(`--purchases ${path}: ${faults.join('; ')}`);
  if (gathering.lines === 0) throw new UsageError(`--purchases ${path}: holds no purchase`);
  return gathering.finish();
}

function opened(path: string): Readable {
  const file = createReadStream(path);
  // What goes wrong on the way ends the last stream with the error, and whoever reads that one hears of it.
  return path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
}

function formatOf(path: string): 'csv' | 'ndjson' {
  const plain = path.endsWith('.gz') ? path.slice(0, -'.gz'.length) : path;
  return plain.endsWith('.ndjson') || plain.endsWith('.jsonl') ? 'ndjson' : 'csv';
}
