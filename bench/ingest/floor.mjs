// The least a door can do with sightings: parse the JSON and say yes.
import Fastify from 'fastify';

const server = Fastify();
server.get('/readyz', () => ({ ok: true }));
server.post('/v1/sightings', ({ body }, reply) =>
  reply.code(202).send({ accepted: body.sightings.length, rejected: [] }),
);
server.post('/v1/gateways/:gatewayId/minew', ({ body }, reply) =>
  reply.code(202).send({ accepted: body.length - 1, rejected: [] }),
);
await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.once('SIGTERM', () => process.exit(0));
