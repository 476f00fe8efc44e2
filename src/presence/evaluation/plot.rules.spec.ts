import { rectangle } from '../../../test/support/plan.js';
import type { ZoneId } from '../../shared/index.js';
import { plotOf, type Plot } from './plot.rules.js';

const plot: Plot = {
  walk: 'to & fro <1>',
  judged: [0, 1, 2].map((second) => ({
    second,
    true: { x: second, y: 1 },
    zoneId: 'a',
    located: second === 0 ? undefined : { x: second, y: 2 },
  })),
  gateways: [{ gatewayId: 'g"1', x: 4, y: 3 }],
  zones: [{ zoneId: 'a' as ZoneId, polygon: rectangle(0, 0, 6, 4) }],
};
const svg = plotOf(plot);

it('draws both paths to one scale, y upwards', () => {
  expect(svg).toContain('<polyline points="44,168 74,168 104,168" fill="none" stroke="#1b6ca8"');
  expect(svg).toContain('<polyline points="74,138 104,138" fill="none" stroke="#c8501e"');
  expect(svg).toContain('viewBox="0 0 268 242"');
});
it('draws gateways, zones, axes in metres and a legend, and takes names as they are', () => {
  for (const words of ['g&quot;1', '>a</text>', '>6</text>', '>metres<', '>true path<', '>estimated path<'])
    expect(svg).toContain(words);
  expect(svg).toContain('to &amp; fro &lt;1&gt;');
});
it('draws a walk on which nobody was located, and none at all', () => {
  const judged = plot.judged.map((each) => ({ ...each, located: undefined }));
  expect(plotOf({ ...plot, judged }).match(/<circle/g)).toHaveLength(1);
  expect(plotOf({ walk: 'none', judged: [], gateways: [], zones: [] })).toMatch(/^<svg[\s\S]*<\/svg>\n$/);
});
