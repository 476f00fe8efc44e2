import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { offersReportDefinitions } from './definitions.js';

const metrics = readFileSync(fileURLToPath(new URL('../../docs/metrics.md', import.meta.url)), 'utf8');

describe('docs/metrics.md', () => {
  it.each(Object.entries(offersReportDefinitions))(
    'defines %s as the offers report does',
    (name, { label, unit, definition }) => {
      expect(metrics).toContain(
        `### ${label}\n\n\`${name}\`, in ${unit}. Shown in \`GET /v1/reports/offers\`.\n\n${definition}\n`,
      );
    },
  );
});
