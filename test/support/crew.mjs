// Several workers in one process, each with its rooms, connections and consumer: CREW says how many. For tests that need
// more workers than the machine can start processes. Only the first is asked whether it is ready, once all of them are.
import { boot } from '../../dist/boot.js';
import { connected } from '../../dist/connected.js';
import { Log, readSettings } from '../../dist/platform/index.js';

const { CREW, ...env } = process.env;
const settings = readSettings(env);
const log = new Log(settings.logLevel);
const services = await connected(settings, log);
for (let left = Number(CREW); left > 1; left -= 1) await boot({ ...services.settings, port: 0 }, log);
await boot(services.settings, log);
