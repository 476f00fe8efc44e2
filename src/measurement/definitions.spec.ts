import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Definition } from '../insights/index.js';
import { offersReportDefinitions } from './definitions.js';
import { funnelDefinitions } from './funnel/definitions.js';
import { liftDefinitions } from './lift/definitions.js';

const metrics = readFileSync(fileURLToPath(new URL('../../docs/metrics.md', import.meta.url)), 'utf8');

describe('docs/metrics.md', () => {
  const reports = { offers: offersReportDefinitions, lift: liftDefinitions, funnel: funnelDefinitions };
  const all = Object.entries(reports).flatMap(([report, definitions]) =>
    Object.entries<Definition>(definitions).map(([name, definition]) => ({ report, name, ...definition })),
  );

  it.each(all)('defines $name as the report of $report does', ({ report, name, label, unit, definition }) => {
    expect(metrics).toContain(
      `### ${label}\n\n\`${name}\`, in ${unit}. Shown in \`GET /v1/reports/${report}\`.\n\n${definition}\n`,
    );
  });
});
