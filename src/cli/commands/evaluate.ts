import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { evaluate, pathsOf, type Trial } from '../../presence/index.js';
import { note, required, UsageError, type Command } from '../command.js';
import { readGateways, readSurvey, readWalks, readZones } from '../recordings.js';

export const evaluateCommand: Command = {
  usage: `  evaluate presence --gateways G.csv --walks W.csv --zones quadrants|strips:4|nearest-gateway|FILE.json
            [--survey S.csv] [--paths P.json]
            how well presence finds walkers whose true places are known; judged once a second, by nothing later.
            --paths writes the true and the estimated path of each walk`,
  async run([what, ...args]) {
    if (what !== 'presence')
      throw new UsageError(`evaluate what? presence can be; ${what ?? 'nothing'} cannot`);
    const { values } = parseArgs({
      args,
      options: {
        gateways: { type: 'string' },
        walks: { type: 'string' },
        survey: { type: 'string' },
        zones: { type: 'string' },
        paths: { type: 'string' },
      },
    });
    const trial: Trial = {
      gateways: await readGateways(required(values.gateways, '--gateways')),
      walks: await readWalks(required(values.walks, '--walks')),
      survey: values.survey === undefined ? [] : await readSurvey(values.survey),
      zones: await readZones(required(values.zones, '--zones')),
    };
    tellUnknownGateways(trial);
    if (values.paths !== undefined) {
      await writeFile(values.paths, `${JSON.stringify(pathsOf(trial))}\n`);
      note(`paths: ${values.paths}`);
    }
    return evaluate(trial);
  },
};

/** @throws UsageError where not one line of the walks is of a known gateway */
function tellUnknownGateways({ gateways, walks }: Trial): void {
  const known = new Set(gateways.map(({ gatewayId }) => gatewayId));
  const rows = walks.flatMap((walk) => walk.rows);
  const unknown = rows.filter(({ gatewayId }) => !known.has(gatewayId));
  if (unknown.length === 0) return;
  const names = [...new Set(unknown.map(({ gatewayId }) => gatewayId))].slice(0, 5).join(', ');
  if (unknown.length === rows.length)
    throw new UsageError(`--walks: no line is of a gateway of --gateways, but of ${names}`);
  note(`${unknown.length} of ${rows.length} lines are of gateways that --gateways does not have: ${names}`);
}
