import type { Track } from './track.rules.js';

// Cells of a Gaussian narrower than this would get no weight but one of them.
export const LEAST_DEVIATION = 0.1;
export const LEAST_SPEED_DEVIATION = 0.01;

/** What is the same in Redis: metres, dB and m/s in hundredths, gains in thousandths. */
export function rounded(track: Track): Track {
  return {
    second: track.second,
    x: hundredths(track.x),
    y: hundredths(track.y),
    deviationX: Math.max(LEAST_DEVIATION, hundredths(track.deviationX)),
    deviationY: Math.max(LEAST_DEVIATION, hundredths(track.deviationY)),
    correlation: Math.min(0.98, Math.max(-0.98, hundredths(track.correlation))),
    velocityX: hundredths(track.velocityX),
    velocityY: hundredths(track.velocityY),
    velocityDeviationX: Math.max(LEAST_SPEED_DEVIATION, hundredths(track.velocityDeviationX)),
    velocityDeviationY: Math.max(LEAST_SPEED_DEVIATION, hundredths(track.velocityDeviationY)),
    gainX: Math.round(track.gainX * 1_000) / 1_000,
    gainY: Math.round(track.gainY * 1_000) / 1_000,
    louderDb: hundredths(track.louderDb),
    louderDeviationDb: Math.max(0.1, hundredths(track.louderDeviationDb)),
    locatedAt: track.locatedAt,
    locatedSeconds: track.locatedSeconds,
  };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
