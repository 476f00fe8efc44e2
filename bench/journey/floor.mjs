// The least that could possibly do the job, for comparison: Fastify parses the JSON, each completing sighting becomes
// one XADD, a reader takes what has come in meanwhile, commits one row an entry in one statement, and emits. No checks,
// no consents, no presence, no rules, no limits, no delivery guarantees.
import Fastify from 'fastify';
import { Redis } from 'ioredis';
import pg from 'pg';
import { Server } from 'socket.io';
import { randomUUID } from 'node:crypto';
import { COMPLETING_DBM, shopperIdOf, shopperOfBeacon } from './plan.mjs';

const STREAM = 'floor:entries';
const GROUP = 'floor';
const { PORT, DATABASE_URL, REDIS_URL } = process.env;

const redis = new Redis(REDIS_URL);
const blocking = new Redis(REDIS_URL);
const database = new pg.Client({ connectionString: DATABASE_URL });
const server = Fastify();
const io = new Server(server.server, { transports: ['websocket'] });

server.get('/readyz', () => ({ ok: true }));
server.post('/v1/sightings', async ({ body }, reply) => {
  const pipeline = redis.pipeline();
  for (const { gatewayId, beaconId, rssiDbm } of body.sightings) {
    if (rssiDbm !== COMPLETING_DBM) continue;
    pipeline.xadd(STREAM, '*', 'entry', JSON.stringify({ gatewayId, shopper: shopperOfBeacon(beaconId) }));
  }
  if (pipeline.length > 0) await pipeline.exec();
  return reply.code(202).send({ accepted: body.sightings.length, rejected: [] });
});

io.of('/shopper').on('connection', (socket) => {
  const [, claims] = socket.handshake.auth.token.split('.');
  void socket.join(JSON.parse(Buffer.from(claims, 'base64url').toString()).sub);
});

async function commit(entries) {
  await database.query({
    name: 'commit',
    text: `INSERT INTO floor_decisions (decision_id, shopper_id, gateway_id)
           SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])`,
    values: [
      entries.map(({ decisionId }) => decisionId),
      entries.map(({ shopper }) => shopperIdOf(shopper)),
      entries.map(({ gatewayId }) => gatewayId),
    ],
  });
}

function emit({ decisionId, shopper, gatewayId }) {
  const [, store, zone] = gatewayId.split('-');
  io.of('/shopper')
    .to(shopperIdOf(shopper))
    .timeout(5_000)
    .emit(
      'offer',
      {
        deliveryId: decisionId,
        decisionId,
        title: 'Running low?',
        body: 'Something for you',
        storeId: `store-${store}`,
        zoneId: `zone-${zone}`,
      },
      () => undefined,
    );
}

async function read() {
  const answer = await blocking.xreadgroup(
    'GROUP',
    GROUP,
    'one',
    'COUNT',
    200,
    'BLOCK',
    1_000,
    'STREAMS',
    STREAM,
    '>',
  );
  const [[, items] = [STREAM, []]] = answer ?? [];
  if (items.length === 0) return;
  const entries = items.map(([, [, text]]) => ({ ...JSON.parse(text), decisionId: randomUUID() }));
  await commit(entries);
  for (const entry of entries) emit(entry);
  const ids = items.map(([id]) => id);
  await redis
    .pipeline()
    .xack(STREAM, GROUP, ...ids)
    .xdel(STREAM, ...ids)
    .exec();
}

await database.connect();
await database.query(
  'CREATE TABLE IF NOT EXISTS floor_decisions (decision_id uuid PRIMARY KEY, shopper_id text, gateway_id text, at timestamptz DEFAULT now())',
);
await redis.xgroup('CREATE', STREAM, GROUP, '$', 'MKSTREAM').catch(() => undefined);
await server.listen({ port: Number(PORT), host: '127.0.0.1' });
let running = true;
process.once('SIGTERM', () => (running = false));
while (running) await read();
process.exit(0);
