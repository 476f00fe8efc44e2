import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reportDefinitions, type Definition } from './definitions.js';

const metrics = readFileSync(fileURLToPath(new URL('../../../docs/metrics.md', import.meta.url)), 'utf8');

const section = (route: string, name: string, { label, unit, definition }: Definition): string =>
  `### ${label}\n\n\`${name}\`, in ${unit}. Shown in \`GET ${route}\`.\n\n${definition}\n`;

describe('docs/metrics.md', () => {
  const all = Object.entries(reportDefinitions).flatMap(([route, definitions]) =>
    Object.entries<Definition>(definitions).map(([name, definition]) => ({ route, name, definition })),
  );

  it.each(all)('defines $name of $route as its answer does', ({ route, name, definition }) => {
    expect(metrics).toContain(section(route, name, definition));
  });
});
