import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LATENCY_DEFINITIONS, LATENCY_NOTE, STAGES } from './definitions.js';

const metrics = readFileSync(fileURLToPath(new URL('../../../docs/metrics.md', import.meta.url)), 'utf8');

describe('docs/metrics.md', () => {
  it.each(STAGES)('defines the stage %s as the report does', (stage) => {
    const { label, unit, definition } = LATENCY_DEFINITIONS[stage];
    expect(metrics).toContain(
      `### ${label}\n\n\`${stage}\`, in ${unit}. Shown in \`GET /v1/reports/latency\`.\n\n${definition}\n`,
    );
    expect(metrics).toContain(LATENCY_NOTE);
  });
});
