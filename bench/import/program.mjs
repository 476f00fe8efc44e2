// One process of the engine that takes files in and records them.
import path from 'node:path';

const dist = path.resolve(import.meta.dirname, '../../dist');
const load = (file) => import(path.join(dist, file));

const { boot } = await load('boot.js');
const { Log, readSettings } = await load('platform/index.js');
const { ApiKeys } = await load('access/index.js');
const { Recorder } = await load('imports/index.js');

const OPERATOR = {
  kind: 'staff',
  staffId: '00000000-0000-7000-8000-000000000000',
  roles: ['admin'],
  storeIds: [],
};
const { app, url, stop } = await boot({ ...readSettings(process.env), port: 0 }, new Log('error'));
const recorder = app.get(Recorder, { strict: false });
recorder.start();
const { key } = await app.get(ApiKeys).create({ kind: 'service', label: 'bench' }, OPERATOR);
process.on('SIGTERM', () => {
  void recorder
    .stop()
    .then(stop)
    .then(() => process.exit(0));
});
process.send({ url, key });
