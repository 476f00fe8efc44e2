import { Problem, SettingsError } from '../platform/index.js';
import { note, UsageError, type Command } from './command.js';
import { evaluateCommand } from './commands/evaluate.js';
import { importCommand } from './commands/import.js';
import { erasuresCommand } from './commands/erasures.js';
import { exportCommand } from './commands/export.js';
import { keysCommand } from './commands/keys.js';
import { replayCommand } from './commands/replay.js';
import { simulateCommand } from './commands/simulate.js';
import { staffCommand } from './commands/staff.js';

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['evaluate', evaluateCommand],
  ['import', importCommand],
  ['erasures', erasuresCommand],
  ['export', exportCommand],
  ['keys', keysCommand],
  ['replay', replayCommand],
  ['simulate', simulateCommand],
  ['staff', staffCommand],
]);

const WRONG_USAGE = 2;

/** `npm run cli -- <command>`: the result as JSON on standard output, all else on standard error. */
async function main(args: string[]): Promise<void> {
  process.stdout.write(`${await answerTo(args)}\n`);
}

async function answerTo([name, ...args]: string[]): Promise<string> {
  const command = COMMANDS.get(name ?? '');
  if (name === undefined || name === '--help' || name === 'help') return help();
  if (command === undefined) throw new UsageError(`there is no command ${name}\n\n${help()}`);
  if (args.includes('--help')) return command.usage;
  return JSON.stringify(await command.run(args), undefined, 2);
}

function help(): string {
  const usages = [...COMMANDS.values()].map(({ usage }) => usage).join('\n');
  return `npm run cli -- <command>\n\n${usages}\n\nDATABASE_URL and REDIS_URL name the services; without them those under AISLECUE_DATA (.data) are used.`;
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    note(worded(error));
    process.exit(isUsage(error) ? WRONG_USAGE : 1);
  },
);

/** `parseArgs` says by its code what it did not understand. */
function isUsage(error: unknown): boolean {
  return (
    error instanceof UsageError || String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS')
  );
}

function worded(error: unknown): string {
  if (error instanceof Problem) {
    const places = (error.extras.errors ?? []).map(({ path, detail }) => `\n  ${path}: ${detail}`);
    return `${error.detail}${places.join('')}`;
  }
  if (error instanceof SettingsError || isUsage(error)) return (error as Error).message;
  return error instanceof Error ? error.message : String(error);
}
