import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { evaluate, pathsOf, plotOf, type Trial } from '../../presence/index.js';
import { note, required, UsageError, type Command } from '../command.js';
import { evaluateLifetimeValueOf, lifetimeValueUsage } from './evaluate-lifetime-value.js';
import { policyUsage, runPolicy } from './evaluate-policy.js';
import { replenishmentUsage, runReplenishment } from './evaluate-replenishment.js';
import { readGateways, readSurvey, readWalks, readZones } from '../recordings.js';

export const evaluateCommand: Command = {
  usage: `  evaluate presence --gateways G.csv --walks W.csv --zones quadrants|strips:4|nearest-gateway|FILE.json
            [--survey S.csv] [--paths P.json] [--plot DIR]
            how well presence finds walkers whose true places are known; judged once a second, by nothing later.
            --paths writes the true and the estimated path of each walk, --plot draws them, one SVG a walk
${replenishmentUsage}
${lifetimeValueUsage}
${policyUsage}`,
  async run([what, ...args]) {
    if (what === 'replenishment') return runReplenishment(args);
    if (what === 'policy') return runPolicy(args);
    if (what === 'lifetime-value') return evaluateLifetimeValueOf(args);
    if (what !== 'presence') {
      throw new UsageError(
        `evaluate what? presence, replenishment, lifetime-value and policy can be; ${what ?? 'nothing'} cannot`,
      );
    }
    const { values } = parseArgs({
      args,
      options: {
        gateways: { type: 'string' },
        walks: { type: 'string' },
        survey: { type: 'string' },
        zones: { type: 'string' },
        paths: { type: 'string' },
        plot: { type: 'string' },
      },
    });
    const gateways = await readGateways(required(values.gateways, '--gateways'));
    const trial: Trial = {
      gateways,
      walks: await readWalks(required(values.walks, '--walks'), gateways),
      survey: values.survey === undefined ? [] : await readSurvey(values.survey, gateways),
      zones: await readZones(required(values.zones, '--zones')),
    };
    const { paths, plot } = values;
    if (paths !== undefined) {
      const written = pathsOf(trial).map(({ walk, judged }) => ({ walk, judged }));
      await writeFile(paths, `${JSON.stringify(written)}\n`);
      note(`paths: ${paths}`);
    }
    if (plot !== undefined) await drawn(trial, plot);
    return evaluate(trial);
  },
};

async function drawn(trial: Trial, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const each of pathsOf(trial)) {
    // A walk's name is free text and must not lead out of the folder.
    const file = path.join(folder, `${each.walk.replaceAll(/[^\w.-]/g, '_').replace(/^\.+/, '_')}.svg`);
    await writeFile(file, plotOf(each));
    note(`plot: ${file}`);
  }
}
