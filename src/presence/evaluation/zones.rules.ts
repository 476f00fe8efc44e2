import type { ZoneId } from '../../shared/index.js';
import type { Zone } from '../../stores/index.js';
import { metresToPolygon } from '../location/geometry.rules.js';
import type { Floor } from '../location/grid.rules.js';

/** A zone with its corners, as the evaluation judges by. */
export interface JudgedZone {
  zoneId: ZoneId;
  polygon: NonNullable<Zone['polygon']>;
}

/** How to divide a floor: by its middle, in strips from left to right, or by the nearest gateway. */
export type Division = 'quadrants' | 'nearest-gateway' | { stripMetres: number };

interface Gateway {
  gatewayId: string;
  x: number;
  y: number;
}

type Corner = readonly [number, number];

/** The zones of a division; together they cover the floor. */
export function dividedInto(division: Division, floor: Floor, gateways: readonly Gateway[]): JudgedZone[] {
  const around = rectangle(floor.x, floor.y, floor.x + floor.widthMetres, floor.y + floor.heightMetres);
  if (division === 'nearest-gateway') {
    return gateways.map((gateway) => named(gateway.gatewayId, cellOf(gateway, gateways, around)));
  }
  if (division === 'quadrants') return quadrants(floor);
  return strips(floor, division.stripMetres);
}

function quadrants({ x: left, y: bottom, widthMetres, heightMetres }: Floor): JudgedZone[] {
  const [x, right] = [left + widthMetres / 2, left + widthMetres];
  const [y, top] = [bottom + heightMetres / 2, bottom + heightMetres];
  return [
    named('bottom-left', rectangle(left, bottom, x, y)),
    named('bottom-right', rectangle(x, bottom, right, y)),
    named('top-left', rectangle(left, y, x, top)),
    named('top-right', rectangle(x, y, right, top)),
  ];
}

function strips({ x, y, widthMetres, heightMetres }: Floor, metres: number): JudgedZone[] {
  const count = Math.max(1, Math.ceil(widthMetres / metres - 1e-9));
  return Array.from({ length: count }, (_, index) => {
    const from = x + index * metres;
    const to = index === count - 1 ? x + widthMetres : from + metres;
    return named(`strip-${index + 1}`, rectangle(from, y, to, y + heightMetres));
  });
}

function named(id: string, polygon: readonly Corner[]): JudgedZone {
  return { zoneId: id as ZoneId, polygon };
}

function rectangle(left: number, bottom: number, right: number, top: number): Corner[] {
  return [
    [left, bottom],
    [right, bottom],
    [right, top],
    [left, top],
  ];
}

/** A gateway's Voronoi cell: what is left of the floor once each other gateway has cut off what is nearer to it. */
function cellOf(own: Gateway, gateways: readonly Gateway[], around: readonly Corner[]): readonly Corner[] {
  return gateways.reduce((cell, other) => (other === own ? cell : nearerTo(own, other, cell)), around);
}

/** Clipping by a half-plane (Sutherland and Hodgman 1974). */
function nearerTo(own: Gateway, other: Gateway, polygon: readonly Corner[]): Corner[] {
  /** Positive on our side of the bisector. */
  const side = ([x, y]: Corner): number =>
    (x - other.x) ** 2 + (y - other.y) ** 2 - (x - own.x) ** 2 - (y - own.y) ** 2;
  return polygon.flatMap((corner, index) => {
    const before = polygon.at(index - 1) ?? corner;
    const [here, there] = [side(corner), side(before)];
    const kept = here >= 0 ? [corner] : [];
    if (here >= 0 === there >= 0) return kept;
    const part = there / (there - here);
    const crossing: Corner = [
      before[0] + part * (corner[0] - before[0]),
      before[1] + part * (corner[1] - before[1]),
    ];
    return [crossing, ...kept];
  });
}

/** The zone a spot lies in, or is nearest to. */
export function trueZone(zones: readonly JudgedZone[], x: number, y: number): JudgedZone | undefined {
  let nearest: { zone: JudgedZone; metres: number } | undefined;
  for (const zone of zones) {
    const metres = metresToPolygon({ x, y }, zone.polygon);
    if (nearest === undefined || metres < nearest.metres) nearest = { zone, metres };
  }
  return nearest?.zone;
}
