import type { Walk, WalkRow } from '../../src/presence/index.js';
import { gaussian, seeded, SECOND_MS, type GatewayId, type Roll } from '../../src/shared/index.js';
import type { SurveyPoint } from '../../src/stores/index.js';

/** A hall that never was, with radios as uneven as measured ones, and people who walk about in it. */
export interface SimulatedHall {
  widthMetres: number;
  heightMetres: number;
  gateways: { gatewayId: string; x: number; y: number; z: number }[];
  /** Every gateway at a spot each `metres`, as one who stood there for a minute would have measured. */
  survey(metres: number): SurveyPoint[];
  /** A walk from waypoint to waypoint with pauses. `louderDb`: of the tag, against the one the hall was surveyed with. */
  walk(name: string, seconds: number, louderDb?: number): Walk;
  /** Standing at a spot; each packet is off by up to `noiseDb` either way, evenly, and nothing else disturbs it. */
  standing(name: string, spot: { x: number; y: number }, seconds: number, noiseDb: number): Walk;
}

const START_MS = Date.UTC(2026, 4, 4, 9, 0, 0);
const WIDTH_METRES = 20;
const HEIGHT_METRES = 16;
const TAG_METRES = 1.2;
const PACKETS_A_SECOND = 2;
const LOST = 0.1;
/** Fading from one packet to the next, and what bodies between tag and gateway take for some seconds. */
const PACKET_DB = 3.5;
const BODY_DB = 2;
const BODY_SECONDS = 5;
/** Shelves and walls: the same at every visit, alike within some metres. */
const SHADOW_DB = 3;
const SHADOW_METRES = 3;
const FAINTEST_DBM = -98;
const WALKING_METRES = 1;

interface Radio {
  gatewayId: string;
  x: number;
  y: number;
  z: number;
  levelAt: (x: number, y: number) => number;
}

/** @param columns where gateways hang along the hall, metres; three in each */
export function simulatedHall(seed: number | string, columns = [2, 7, 13, 18]): SimulatedHall {
  const roll = seeded(`hall ${seed}`);
  const radios = columns.flatMap((x) => [2, 8, 14].map((y) => radioAt(x, y, roll)));
  return {
    widthMetres: WIDTH_METRES,
    heightMetres: HEIGHT_METRES,
    gateways: radios.map(({ gatewayId, x, y, z }) => ({ gatewayId, x, y, z })),
    survey: (metres) => surveyed(radios, metres, seeded(`survey ${seed}`)),
    walk: (name, seconds, louderDb = 0) => ({
      name,
      rows: heardOnTheWay(radios, wandering(seconds, seeded(`way ${seed} ${name}`)), name, louderDb),
    }),
    standing: (name, spot, seconds, noiseDb) => ({
      name,
      rows: heardStanding(radios, spot, seconds, noiseDb, seeded(`stand ${seed} ${name}`)),
    }),
  };
}

/** Exponents and levels as far apart as measured halls have them, and shadowing of its own. */
function radioAt(x: number, y: number, roll: Roll): Radio {
  const at = { x: x + 2 * roll() - 1, y: y + 2 * roll() - 1, z: 2 + roll() };
  const exponent = 1.6 + 1.2 * roll();
  const atOneMetreDbm = -57 + 16 * (roll() - 0.5);
  const shadowAt = shadowing(roll);
  const levelAt = (atX: number, atY: number): number => {
    const metres = Math.max(0.5, Math.hypot(atX - at.x, atY - at.y, at.z - TAG_METRES));
    return atOneMetreDbm - 10 * exponent * Math.log10(metres) + shadowAt(atX, atY);
  };
  return { gatewayId: `g-${x}-${y}`, ...at, levelAt };
}

/** A Gaussian field by random Fourier features (Rahimi and Recht 2007). */
function shadowing(roll: Roll): (x: number, y: number) => number {
  const waves = Array.from({ length: 30 }, () => ({
    u: gaussian(roll) / SHADOW_METRES,
    v: gaussian(roll) / SHADOW_METRES,
    phase: 2 * Math.PI * roll(),
  }));
  const scale = SHADOW_DB * Math.sqrt(2 / waves.length);
  return (x, y) => scale * waves.reduce((sum, { u, v, phase }) => sum + Math.cos(u * x + v * y + phase), 0);
}

function surveyed(radios: readonly Radio[], metres: number, roll: Roll): SurveyPoint[] {
  const points: SurveyPoint[] = [];
  for (let x = metres / 2; x < WIDTH_METRES; x += metres) {
    for (let y = metres / 2; y < HEIGHT_METRES; y += metres) {
      for (const { gatewayId, levelAt } of radios) {
        const meanRssiDbm = levelAt(x, y) + gaussian(roll);
        if (meanRssiDbm > FAINTEST_DBM)
          points.push({ x, y, gatewayId: gatewayId as GatewayId, meanRssiDbm, samples: 120 });
      }
    }
  }
  return points;
}

/** Where they are every tenth of a second. */
function wandering(seconds: number, roll: Roll): { x: number; y: number }[] {
  const anywhere = (): { x: number; y: number } => ({
    x: 1 + (WIDTH_METRES - 2) * roll(),
    y: 1 + (HEIGHT_METRES - 2) * roll(),
  });
  const way: { x: number; y: number }[] = [];
  let from = anywhere();
  while (way.length < seconds * 10) {
    const to = anywhere();
    const steps = Math.max(1, Math.round((10 * Math.hypot(to.x - from.x, to.y - from.y)) / WALKING_METRES));
    for (let step = 1; step <= steps; step += 1) {
      const part = step / steps;
      way.push({ x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) });
    }
    const pause = roll() < 0.6 ? Math.round(10 * (3 + 40 * roll())) : 0;
    for (let step = 0; step < pause; step += 1) way.push(to);
    from = to;
  }
  return way.slice(0, seconds * 10);
}

function heardOnTheWay(
  radios: readonly Radio[],
  way: readonly { x: number; y: number }[],
  name: string,
  louderDb: number,
): WalkRow[] {
  const roll = seeded(`packets ${name}`);
  const rows: WalkRow[] = [];
  const kept = Math.exp(-0.1 / BODY_SECONDS);
  const bodies = radios.map(() => BODY_DB * gaussian(roll));
  way.forEach(({ x, y }, tenth) => {
    radios.forEach(({ gatewayId, levelAt }, index) => {
      bodies[index] = kept * bodies[index]! + BODY_DB * Math.sqrt(1 - kept * kept) * gaussian(roll);
      if (roll() >= (PACKETS_A_SECOND / 10) * (1 - LOST)) return;
      const rssiDbm = Math.round(levelAt(x, y) + louderDb + bodies[index] + PACKET_DB * gaussian(roll));
      if (rssiDbm < FAINTEST_DBM) return;
      const observedAtMs = START_MS + tenth * (SECOND_MS / 10);
      rows.push({ observedAtMs, gatewayId, beaconId: 'tag', rssiDbm, x, y });
    });
  });
  return rows;
}

function heardStanding(
  radios: readonly Radio[],
  { x, y }: { x: number; y: number },
  seconds: number,
  noiseDb: number,
  roll: Roll,
): WalkRow[] {
  return Array.from({ length: seconds }, (_, second) =>
    radios.map(({ gatewayId, levelAt }): WalkRow => {
      const rssiDbm = Math.round(levelAt(x, y) + noiseDb * (2 * roll() - 1));
      return { observedAtMs: START_MS + second * SECOND_MS, gatewayId, beaconId: 'tag', rssiDbm, x, y };
    }),
  ).flat();
}
