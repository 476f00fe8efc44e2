import { parseArgs } from 'node:util';
import { ApiKeys, createKey } from '../../access/index.js';
import { parse, vocabulary } from '../../platform/index.js';
import { required, UsageError, type Command } from '../command.js';
import { allPages } from '../pages.js';
import { OPERATOR, withinRooms } from '../within-rooms.js';

export const keysCommand: Command = {
  usage: `  keys create --kind gateway|pos|service [--store STORE] [--label TEXT]   the key is shown once
  keys list
  keys revoke KEY_ID`,
  run([action, ...args]) {
    switch (action) {
      case 'create':
        return create(args);
      case 'list':
        return withinRooms((rooms) => allPages((page) => rooms.get(ApiKeys, { strict: false }).list(page)));
      case 'revoke':
        return revoke(args);
      default:
        throw new UsageError(`keys: expected create, list or revoke\n\n${this.usage}`);
    }
  },
};

function create(args: string[]): Promise<unknown> {
  const { values } = parseArgs({
    args,
    options: { kind: { type: 'string' }, store: { type: 'string' }, label: { type: 'string' } },
  });
  const wanted = parse(createKey.body, {
    kind: required(values.kind, '--kind'),
    ...(values.store !== undefined && { storeId: values.store }),
    ...(values.label !== undefined && { label: values.label }),
  });
  return withinRooms((rooms) => rooms.get(ApiKeys, { strict: false }).create(wanted, OPERATOR));
}

async function revoke(args: string[]): Promise<unknown> {
  const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
  const keyId = parse(vocabulary.keyId, required(positionals[0], 'KEY_ID'));
  await withinRooms((rooms) => rooms.get(ApiKeys, { strict: false }).revoke(keyId, OPERATOR));
  return { keyId, revoked: true };
}
