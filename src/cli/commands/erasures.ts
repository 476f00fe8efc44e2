import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { parse } from '../../platform/index.js';
import { Reapply } from '../../privacy/index.js';
import { required, UsageError, type Command } from '../command.js';
import { OPERATOR, withinRooms } from '../within-rooms.js';

const kept = z.array(
  z.strictObject({
    tombstone: z.string().regex(/^[0-9a-f]{64}$/),
    erasureId: z.guid(),
    at: z.iso.datetime(),
  }),
);

export const erasuresCommand: Command = {
  usage: `  erasures list                                  tombstones, to be kept beside the backups
  erasures reapply FILE                          after a backup was restored: erase again whom it brought back`,
  run([action, file]) {
    switch (action) {
      case 'list':
        return withinRooms((rooms) => rooms.get(Reapply, { strict: false }).list());
      case 'reapply':
        return reapply(required(file, 'FILE'));
      default:
        throw new UsageError(`erasures: expected list or reapply\n\n${this.usage}`);
    }
  },
};

async function reapply(file: string): Promise<unknown> {
  const tombstones = parse(kept, JSON.parse(await readFile(file, 'utf8')));
  return withinRooms((rooms) => rooms.get(Reapply, { strict: false }).run(tombstones, OPERATOR));
}
