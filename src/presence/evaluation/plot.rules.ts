import type { Judged } from './walk.rules.js';
import type { JudgedZone } from './zones.rules.js';

/** What is drawn of one walk. */
export interface Plot {
  walk: string;
  judged: readonly Judged[];
  gateways: readonly { gatewayId: string; x: number; y: number }[];
  zones: readonly JudgedZone[];
}

const PIXELS_A_METRE = 30;
const MARGIN = 44;
const LEGEND = 34;
/** Axes are labelled every so many metres. */
const TICK_METRES = 2;
const TRUE = '#1b6ca8';
const ESTIMATED = '#c8501e';

type Spot = readonly [x: number, y: number];

/** One walk as an SVG: zones, gateways, the true path and the estimated one, axes in metres from the plan's corner. */
export function plotOf({ walk, judged, gateways, zones }: Plot): string {
  const located = judged.flatMap(({ located: spot }): Spot[] => (spot ? [[spot.x, spot.y]] : []));
  const walked = judged.map(({ true: spot }): Spot => [spot.x, spot.y]);
  const corners = zones.flatMap(({ polygon }): Spot[] => [...polygon]);
  const hung = gateways.map(({ x, y }): Spot => [x, y]);
  const { left, bottom, right, top } = extentOf([...located, ...walked, ...corners, ...hung]);
  const width = MARGIN * 2 + (right - left) * PIXELS_A_METRE;
  const height = MARGIN * 2 + LEGEND + (top - bottom) * PIXELS_A_METRE;
  // The plan's y grows upwards, the picture's downwards.
  const at = ([x, y]: Spot): string =>
    `${rounded(MARGIN + (x - left) * PIXELS_A_METRE)},${rounded(MARGIN + LEGEND + (top - y) * PIXELS_A_METRE)}`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(walk)}: true and estimated path</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...zones.map((zone) => drawnZone(zone, at)),
    ...axes({ left, bottom, right, top }, at),
    ...path(walked, TRUE, at),
    ...path(located, ESTIMATED, at),
    ...gateways.map((gateway) => drawnGateway(gateway, at)),
    ...legend(walk),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

interface Extent {
  left: number;
  bottom: number;
  right: number;
  top: number;
}

/** In whole metres around all that is drawn. */
function extentOf(spots: readonly Spot[]): Extent {
  const extent = { left: 0, bottom: 0, right: 1, top: 1 };
  for (const [x, y] of spots) {
    extent.left = Math.min(extent.left, Math.floor(x));
    extent.right = Math.max(extent.right, Math.ceil(x));
    extent.bottom = Math.min(extent.bottom, Math.floor(y));
    extent.top = Math.max(extent.top, Math.ceil(y));
  }
  return extent;
}

type At = (spot: Spot) => string;

function drawnZone({ zoneId, polygon }: JudgedZone, at: At): string {
  const [x, y] = at(polygon[0] ?? [0, 0]).split(',');
  return (
    `<polygon points="${polygon.map(at).join(' ')}" fill="#f4f4ef" stroke="#b9b9ad" stroke-dasharray="4 3"/>` +
    `<text x="${x}" y="${y}" dx="5" dy="-6" fill="#77776c">${escaped(zoneId)}</text>`
  );
}

function drawnGateway({ gatewayId, x, y }: Plot['gateways'][number], at: At): string {
  const [left, top] = at([x, y]).split(',');
  return (
    `<rect x="${left}" y="${top}" width="8" height="8" transform="translate(-4 -4)" fill="#333"/>` +
    `<text x="${left}" y="${top}" dx="7" dy="-5" font-size="10" fill="#333">${escaped(gatewayId)}</text>`
  );
}

function path(spots: readonly Spot[], colour: string, at: At): string[] {
  const [first] = spots;
  if (first === undefined) return [];
  const [x, y] = at(first).split(',');
  return [
    `<polyline points="${spots.map(at).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    `<circle cx="${x}" cy="${y}" r="5" fill="${colour}"/>`,
  ];
}

function axes({ left, bottom, right, top }: Extent, at: At): string[] {
  const labels: string[] = [];
  for (let x = left; x <= right; x += TICK_METRES) {
    const [px, py] = at([x, bottom]).split(',');
    labels.push(`<text x="${px}" y="${py}" dy="18" text-anchor="middle">${x}</text>`);
  }
  for (let y = bottom; y <= top; y += TICK_METRES) {
    const [px, py] = at([left, y]).split(',');
    labels.push(`<text x="${px}" y="${py}" dx="-8" dy="4" text-anchor="end">${y}</text>`);
  }
  const [endX, endY] = at([right, bottom]).split(',');
  const frame = [at([left, top]), at([left, bottom]), at([right, bottom])].join(' ');
  return [
    `<polyline points="${frame}" fill="none" stroke="#333"/>`,
    ...labels,
    `<text x="${endX}" y="${endY}" dy="34" text-anchor="end">metres</text>`,
  ];
}

function legend(walk: string): string[] {
  const entries = [
    [TRUE, 'true path'],
    [ESTIMATED, 'estimated path'],
    ['#333', 'gateway'],
  ] as const;
  return [
    `<text x="${MARGIN}" y="22" font-size="15">${escaped(walk)}</text>`,
    ...entries.map(
      ([colour, words], index) =>
        `<rect x="${MARGIN + index * 130}" y="34" width="12" height="12" fill="${colour}"/>` +
        `<text x="${MARGIN + 18 + index * 130}" y="45">${words}</text>`,
    ),
  ];
}

function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
