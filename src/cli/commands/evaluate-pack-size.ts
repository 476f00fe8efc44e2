import { evaluatePackSize, type PackSizeReport, type WeekBought } from '../../insights/index.js';
import { seeded } from '../../shared/index.js';
import { required, UsageError } from '../command.js';
import { linesOf } from './purchase-lines.js';

export const packSizeUsage = `  evaluate replenishment --purchases PANEL.csv --pack-weights WEIGHTS.csv --train-until WEEK
            whether it helps to know how much was bought; columns: panel_id, week, sku_id, units; and sku_id, weight`;

const SEED = 104;
const PANEL = ['panel_id', 'week', 'sku_id', 'units'];
const WEIGHTS = ['sku_id', 'weight'];

/** @throws UsageError for what cannot be evaluated, with the option or the line that is at fault */
export async function runPackSize(
  purchases: string,
  packWeights: string,
  trainUntil: string | undefined,
): Promise<PackSizeReport> {
  const cut = Number(required(trainUntil, '--train-until'));
  if (!Number.isInteger(cut) || cut < 1)
    throw new UsageError('--train-until: expected a week of the panel such as 78');
  const weights = new Map<string, number>();
  await linesOf('--pack-weights', packWeights, WEIGHTS, (row) => {
    weights.set(textOf(row, 'sku_id'), positive(row, 'weight'));
  });
  const households = new Map<string, Map<number, WeekBought>>();
  await linesOf('--purchases', purchases, PANEL, (row) => {
    const sku = textOf(row, 'sku_id');
    const weight = weights.get(sku);
    if (weight === undefined) throw new RangeError(`sku_id: ${sku} is not in --pack-weights`);
    const week = positive(row, 'week');
    const units = positive(row, 'units');
    const panellist = textOf(row, 'panel_id');
    const weeks = households.get(panellist) ?? new Map<number, WeekBought>();
    households.set(panellist, weeks);
    const known = weeks.get(week) ?? { week, units: 0, amount: 0 };
    weeks.set(week, { week, units: known.units + units, amount: known.amount + units * weight });
  });
  const histories = [...households.values()].map((weeks) =>
    [...weeks.values()].sort((a, b) => a.week - b.week),
  );
  const last = Math.max(0, ...histories.map((weeks) => weeks.at(-1)?.week ?? 0));
  if (last <= cut) throw new UsageError(`--train-until ${cut}: no purchase is after it`);
  return evaluatePackSize(histories, cut, last, seeded(SEED));
}

function textOf(row: Readonly<Record<string, unknown>>, column: string): string {
  const value = row[column];
  if (typeof value !== 'string' || value.trim() === '') throw new RangeError(`${column}: is required`);
  return value.trim();
}

function positive(row: Readonly<Record<string, unknown>>, column: string): number {
  const value = Number(textOf(row, column));
  if (!(value > 0)) throw new RangeError(`${column}: expected a number above 0`);
  return value;
}
