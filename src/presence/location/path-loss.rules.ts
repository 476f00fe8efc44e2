import type { Position } from '../../stores/index.js';

/** Log-distance path loss: level = level at one metre - 10 · exponent · log10(metres). */
export interface PathLoss {
  atOneMetreDbm: number;
  exponent: number;
}

/** A fob in a pocket or a phone in a hand. What is above a gateway's own height hardly matters beyond 3 m. */
const TAG_HEIGHT_METRES = 1.2;
/** Where a gateway's height is not given: under the ceiling. */
const CEILING_METRES = 2.5;
/** Nobody stands nearer to a radio, and the logarithm of nought is no level. */
const NEAREST_METRES = 0.5;

/** What is lost between somebody at (x, y) and a radio, in dB beyond the loss of the first metre. */
export function lossDb(
  { exponent }: PathLoss,
  { x: radioX, y: radioY, z }: Position,
  x: number,
  y: number,
): number {
  const dx = radioX - x;
  const dy = radioY - y;
  const dz = (z ?? CEILING_METRES) - TAG_HEIGHT_METRES;
  const squared = Math.max(NEAREST_METRES * NEAREST_METRES, dx * dx + dy * dy + dz * dz);
  return 5 * exponent * Math.log10(squared);
}
