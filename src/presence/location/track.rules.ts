import type { PresenceParameters } from '../parameters.js';
import { ANCHORS_TO_LOCATE } from './geometry.rules.js';
import type { RadioMap } from './radio-map.rules.js';
import { LEAST_DEVIATION, LEAST_SPEED_DEVIATION, rounded } from './rounding.rules.js';
import { weighed, type Voice } from './weighing.rules.js';

/**
 * Where somebody seems to be, and how fast they walk: a Gaussian over place, velocity and the power of their tag. Rounded
 * after each second, so that it is the same whether it went through Redis or not.
 */
export interface Track {
  /** The second it tells of. */
  second: number;
  /** Metres on the floor plan. */
  x: number;
  y: number;
  deviationX: number;
  deviationY: number;
  correlation: number;
  /** Metres a second. */
  velocityX: number;
  velocityY: number;
  velocityDeviationX: number;
  velocityDeviationY: number;
  /** By how much a metre of error in place corrects the velocity, 1/s: the regression of velocity on place. */
  gainX: number;
  gainY: number;
  /** How much louder this tag is than the store's map expects, dB. */
  louderDb: number;
  louderDeviationDb: number;
  /** The last second in which enough radios heard it to say where it is. */
  locatedAt: number;
  /** How many such seconds there were, as far as it is counted. */
  locatedSeconds: number;
}

/** What one anchor heard in a second. */
export interface Heard {
  anchor: number;
  dbm: number;
  /** More than one packet is behind it. */
  several: boolean;
}

/** As far as it is worth counting the seconds in which somebody was located. */
export const LOCATED_COUNTED = 3;

/** Somebody of whom nothing is known but that they are in the store. */
export function begin(second: number, { floor, commonDeviationDb }: RadioMap, p: PresenceParameters): Track {
  const { grid } = floor;
  const [width, height] = [grid.columns * grid.cellMetres, grid.rows * grid.cellMetres];
  return rounded({
    second,
    x: grid.x + width / 2,
    y: grid.y + height / 2,
    deviationX: width / 2,
    deviationY: height / 2,
    correlation: 0,
    velocityX: 0,
    velocityY: 0,
    velocityDeviationX: p.walkingSpeed,
    velocityDeviationY: p.walkingSpeed,
    gainX: 0,
    gainY: 0,
    louderDb: 0,
    louderDeviationDb: Math.hypot(p.tagDeviationDb, commonDeviationDb),
    locatedAt: 0,
    locatedSeconds: 0,
  });
}

/**
 * Where they will be at `second` if they go on as they do: velocity as an Ornstein-Uhlenbeck process, which forgets its
 * direction within `walkingSeconds`, and place as its integral (Bar-Shalom, Estimation with Applications, 8.4).
 */
export function predicted(track: Track, second: number, p: PresenceParameters): Track {
  const seconds = second - track.second;
  const { x, y } = track;
  const alongX = moved(axisX(track), seconds, p);
  const alongY = moved(axisY(track), seconds, p);
  const covariance = track.correlation * track.deviationX * track.deviationY;
  return {
    second,
    x: x + alongX.by,
    y: y + alongY.by,
    deviationX: alongX.deviation,
    deviationY: alongY.deviation,
    correlation: covariance / (alongX.deviation * alongY.deviation),
    velocityX: alongX.velocity,
    velocityY: alongY.velocity,
    velocityDeviationX: alongX.velocityDeviation,
    velocityDeviationY: alongY.velocityDeviation,
    gainX: alongX.gain,
    gainY: alongY.gain,
    louderDb: track.louderDb,
    louderDeviationDb: track.louderDeviationDb,
    locatedAt: track.locatedAt,
    locatedSeconds: track.locatedSeconds,
  };
}

interface Axis {
  deviation: number;
  velocity: number;
  velocityDeviation: number;
  gain: number;
}

const axisX = (t: Track): Axis => ({
  deviation: t.deviationX,
  velocity: t.velocityX,
  velocityDeviation: t.velocityDeviationX,
  gain: t.gainX,
});
const axisY = (t: Track): Axis => ({
  deviation: t.deviationY,
  velocity: t.velocityY,
  velocityDeviation: t.velocityDeviationY,
  gain: t.gainY,
});

function moved(
  { deviation, velocity, velocityDeviation, gain }: Axis,
  seconds: number,
  { walkingSeconds: tau, walkingSpeed, swayMetres }: PresenceParameters,
): Axis & { by: number } {
  const kept = Math.exp(-seconds / tau);
  const path = tau * (1 - kept);
  const speed2 = walkingSpeed * walkingSpeed;
  const place2 = deviation * deviation;
  const velocity2 = velocityDeviation * velocityDeviation;
  const joint = gain * place2;
  const drift = speed2 * (2 * tau * seconds - 4 * tau * path + tau * tau * (1 - kept * kept));
  const sway = swayMetres * swayMetres * seconds;
  // Rounded parts of a state may contradict each other a little.
  const newPlace2 = Math.max(
    LEAST_DEVIATION ** 2,
    place2 + 2 * path * joint + path * path * velocity2 + drift + sway,
  );
  const newJoint = kept * (joint + path * velocity2) + speed2 * path * (1 - kept);
  return {
    by: path * velocity,
    deviation: Math.sqrt(newPlace2),
    velocity: kept * velocity,
    velocityDeviation: Math.sqrt(kept * kept * velocity2 + speed2 * (1 - kept * kept)),
    gain: newJoint / newPlace2,
  };
}

/**
 * Corrects a predicted track by what was heard in its second. The Gaussian weighs the cells around it, each multiplied by
 * the likelihood of the levels there; their mean and variance make the new Gaussian (a grid-based assumed-density filter;
 * Thrun et al., Probabilistic Robotics, 4.1 and 2.4). The tag's own power is integrated out in each cell and learned with
 * it. Velocity follows by its regression on place.
 *
 * @returns the same track where no anchor that heard is on the map
 */
export function corrected(
  track: Track,
  heard: readonly Heard[],
  map: RadioMap,
  p: PresenceParameters,
): Track {
  const voices = voicesOf(heard, track.louderDb, map, p);
  if (voices.length === 0) return track;
  const trust = map.surveyed ? p.levelTrust : p.unsurveyedTrust;
  const found = weighed(track, voices, map.floor.grid, trust);
  const isLocated = voices.length >= ANCHORS_TO_LOCATE;
  // Part by part: two spreads cost a tenth of all the weighing.
  return {
    second: track.second,
    x: found.x,
    y: found.y,
    deviationX: found.deviationX,
    deviationY: found.deviationY,
    correlation: found.correlation,
    gainX: track.gainX,
    gainY: track.gainY,
    louderDb: found.louderDb,
    louderDeviationDb: found.louderDeviationDb,
    velocityX: track.velocityX + track.gainX * (found.x - track.x),
    velocityY: track.velocityY + track.gainY * (found.y - track.y),
    velocityDeviationX: surer(track.velocityDeviationX, track.gainX, track.deviationX, found.deviationX),
    velocityDeviationY: surer(track.velocityDeviationY, track.gainY, track.deviationY, found.deviationY),
    locatedAt: isLocated ? track.second : track.locatedAt,
    locatedSeconds: Math.min(LOCATED_COUNTED, track.locatedSeconds + (isLocated ? 1 : 0)),
  };
}

/** The deviation of a velocity once the place it hangs on is known better. */
function surer(velocityDeviation: number, gain: number, before: number, after: number): number {
  const explained = gain * gain * (before * before - after * after);
  return Math.sqrt(Math.max(LEAST_SPEED_DEVIATION ** 2, velocityDeviation ** 2 - explained));
}

function voicesOf(heard: readonly Heard[], louderDb: number, map: RadioMap, p: PresenceParameters): Voice[] {
  const voices: Voice[] = [];
  for (const { anchor, dbm, several } of heard) {
    const there = map.expected[anchor];
    if (there === undefined) continue;
    const noiseDb2 = p.packetDeviationDb ** 2 / (several ? 2 : 1) + p.placeDeviationDb ** 2;
    const { meanDbm, varianceDb2, evenDb2 } = there;
    voices.push({ levelDbm: dbm - louderDb, noiseDb2, meanDbm, varianceDb2, evenDb2 });
  }
  return voices;
}
