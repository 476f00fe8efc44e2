import { parseArgs } from 'node:util';
import { evaluateLifetimeValue, type Evaluation } from '../../insights/index.js';
import { DAY_MS, toRfc3339 } from '../../shared/index.js';
import { required, UsageError } from '../command.js';
import { dayWritten, readPurchaseLog } from '../purchase-log.js';

export const lifetimeValueUsage = `  evaluate lifetime-value --events FILE[.gz] --calibration-end DATE [--until DATE]
            fits the purchase models to the events until the end, that day included, and judges their forecast of the
            rest. Columns: shopper_id (or cust), date, and where it is known amount (or dollars)`;

/** @throws UsageError for a file or a date that cannot be read, and where there is nothing to fit to or to judge by */
export async function evaluateLifetimeValueOf(
  args: string[],
): Promise<{ calibrationEnd: string; until: string } & Evaluation> {
  const { values } = parseArgs({
    args,
    options: {
      events: { type: 'string' },
      'calibration-end': { type: 'string' },
      until: { type: 'string' },
    },
  });
  const calibrationEnd = dayOf(required(values['calibration-end'], '--calibration-end'), '--calibration-end');
  const file = required(values.events, '--events');
  const { shoppers, hasSpend, lastDay } = await readPurchaseLog(file);
  if (lastDay <= calibrationEnd) {
    throw new UsageError(
      `--calibration-end ${dateOf(calibrationEnd)}: the last purchase in ${file} is of ${dateOf(lastDay)}, so nothing is left to judge by`,
    );
  }
  const until = values.until === undefined ? lastDay : dayOf(values.until, '--until');
  if (until <= calibrationEnd) throw new UsageError('--until: must come after --calibration-end');
  try {
    const evaluation = evaluateLifetimeValue({ shoppers, hasSpend, calibrationEnd, until });
    return { calibrationEnd: dateOf(calibrationEnd), until: dateOf(until), ...evaluation };
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

function dayOf(text: string, option: string): number {
  const day = dayWritten(text);
  if (day === undefined) throw new UsageError(`${option}: expected a day such as 2026-11-22, not "${text}"`);
  return day;
}

function dateOf(day: number): string {
  return toRfc3339(day * DAY_MS).slice(0, 'yyyy-mm-dd'.length);
}
