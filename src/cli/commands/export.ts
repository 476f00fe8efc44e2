import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { PolicyLog } from '../../decisions/index.js';
import { required, UsageError, type Command } from '../command.js';
import { withinRooms } from '../within-rooms.js';

export const exportCommand: Command = {
  usage: `  export ledger --out FILE.ndjson [--from TIME] [--to TIME]
            offers that were made, what they were chosen among, and whether they were followed: one JSON a line, without
            shoppers; for \`evaluate policy\``,
  async run([what, ...args]) {
    if (what !== 'ledger') throw new UsageError(`export what? ledger can be; ${what ?? 'nothing'} cannot`);
    const { values } = parseArgs({
      args,
      options: { out: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } },
    });
    const file = required(values.out, '--out');
    const range = { from: timeOf(values.from, '--from') ?? 0, to: timeOf(values.to, '--to') ?? Date.now() };
    let decisions = 0;
    await withinRooms(async (rooms) => {
      const lines = rooms.get(PolicyLog, { strict: false }).lines(range);
      const written = async function* (): AsyncGenerator<string> {
        for await (const line of lines) {
          decisions += 1;
          yield `${JSON.stringify(line)}\n`;
        }
      };
      await pipeline(Readable.from(written()), createWriteStream(file));
    });
    return { file, decisions };
  },
};

function timeOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new UsageError(`${option}: expected a time such as 2026-11-22T10:00:00Z, not ${text}`);
  return at;
}
