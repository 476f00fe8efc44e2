import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createStaff, StaffAccounts } from '../../access/index.js';
import { parse } from '../../platform/index.js';
import { note, required, UsageError, type Command } from '../command.js';
import { allPages } from '../pages.js';
import { askSecretly } from '../prompt.js';
import { OPERATOR, withinRooms } from '../within-rooms.js';

export const staffCommand: Command = {
  usage: `  staff add --email EMAIL --roles admin,marketer,approver,associate,analyst [--name NAME] [--stores A,B]
            [--password P | --prompt]   else AISLECUE_STAFF_PASSWORD, else one is made and shown
  staff list`,
  run([action, ...args]) {
    switch (action) {
      case 'add':
        return add(args);
      case 'list':
        return withinRooms((rooms) =>
          allPages((page) => rooms.get(StaffAccounts, { strict: false }).list(page)),
        );
      default:
        throw new UsageError(`staff: expected add or list\n\n${this.usage}`);
    }
  },
};

async function add(args: string[]): Promise<unknown> {
  const { values } = parseArgs({
    args,
    options: {
      email: { type: 'string' },
      roles: { type: 'string' },
      name: { type: 'string' },
      password: { type: 'string' },
      prompt: { type: 'boolean', default: false },
      stores: { type: 'string' },
    },
  });
  const email = required(values.email, '--email');
  const given = values.prompt ? await askSecretly(`Password for ${email}: `) : values.password;
  const known = given ?? process.env['AISLECUE_STAFF_PASSWORD'];
  const password = known === undefined || known === '' ? randomBytes(15).toString('base64url') : known;
  const wanted = parse(createStaff.body, {
    email,
    displayName: values.name ?? email,
    password,
    roles: listOf(required(values.roles, '--roles')),
    storeIds: listOf(values.stores ?? ''),
  });
  const made = await withinRooms((rooms) =>
    rooms.get(StaffAccounts, { strict: false }).create(wanted, OPERATOR),
  );
  if (password === known) return made;
  note('The password is shown this once.');
  return { ...made, password };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
