import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from './command.js';

/** Asks at the terminal without showing what is typed. @throws UsageError where nobody can be asked */
export function askSecretly(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError('--prompt needs a terminal; use AISLECUE_STAFF_PASSWORD');
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  return new Promise((resolve) => {
    reader.question('', (answer) => {
      reader.close();
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}
