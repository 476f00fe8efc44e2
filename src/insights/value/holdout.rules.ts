/** One shopper's purchase days before and after the calibration's end, and how many a model expected. */
export interface Forecast {
  repeats: number;
  expected: number;
  actual: number;
}

/** Of shoppers with the same number of repeats before: how many there are, and their means. */
export interface CalibrationRow {
  /** `7+` gathers all with seven or more. */
  repeats: string;
  shoppers: number;
  expected: number;
  actual: number;
}

export interface HoldoutErrors {
  predictedTotal: number;
  actualTotal: number;
  /** Pearson's, of shoppers; null where one of the two does not vary. */
  correlation: number | null;
  /** Mean absolute and mean squared error, purchase days a shopper. */
  mae: number;
  mse: number;
  byRepeats: CalibrationRow[];
}

/** From here on shoppers are few, and told together. */
const GATHERED_FROM = 7;

/** How far a forecast was off, for shoppers and in total. */
export function holdoutErrors(forecasts: readonly Forecast[]): HoldoutErrors {
  const mean = (of: (forecast: Forecast) => number): number =>
    forecasts.reduce((sum, each) => sum + of(each), 0) / forecasts.length;
  return {
    predictedTotal: mean(({ expected }) => expected) * forecasts.length,
    actualTotal: mean(({ actual }) => actual) * forecasts.length,
    correlation: correlationOf(forecasts),
    mae: mean(({ expected, actual }) => Math.abs(expected - actual)),
    mse: mean(({ expected, actual }) => (expected - actual) ** 2),
    byRepeats: calibrationOf(forecasts),
  };
}

function correlationOf(forecasts: readonly Forecast[]): number | null {
  const n = forecasts.length;
  const centre = {
    expected: forecasts.reduce((sum, { expected }) => sum + expected, 0) / n,
    actual: forecasts.reduce((sum, { actual }) => sum + actual, 0) / n,
  };
  let [together, ofExpected, ofActual] = [0, 0, 0];
  for (const { expected, actual } of forecasts) {
    together += (expected - centre.expected) * (actual - centre.actual);
    ofExpected += (expected - centre.expected) ** 2;
    ofActual += (actual - centre.actual) ** 2;
  }
  return ofExpected > 0 && ofActual > 0 ? together / Math.sqrt(ofExpected * ofActual) : null;
}

function calibrationOf(forecasts: readonly Forecast[]): CalibrationRow[] {
  return Array.from({ length: GATHERED_FROM + 1 }, (_, repeats) => {
    const group = forecasts.filter((each) => Math.min(each.repeats, GATHERED_FROM) === repeats);
    const mean = (of: (forecast: Forecast) => number): number =>
      group.reduce((sum, each) => sum + of(each), 0) / group.length;
    return {
      repeats: repeats === GATHERED_FROM ? `${repeats}+` : String(repeats),
      shoppers: group.length,
      expected: mean(({ expected }) => expected),
      actual: mean(({ actual }) => actual),
    };
  }).filter(({ shoppers }) => shoppers > 0);
}
