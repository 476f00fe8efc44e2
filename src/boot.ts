import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import {
  Database,
  Health,
  Lifecycle,
  Log,
  Metrics,
  Outbox,
  RedisConnections,
  type ConnectedSettings,
} from './platform/index.js';
import { dressServer, fastifyAdapter } from './platform/http/server.js';

export interface Running {
  app: NestFastifyApplication;
  /** Where it answers, on loopback. */
  url: string;
  /** Stops in order and gives everything back; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts one process of the engine: wires the rooms, brings the schema up to date, listens, and begins work.
 *
 * @param settings checked settings, with the addresses of Postgres and Redis; `port` 0 takes a free one
 * @param prepare what must be so before the first request
 * @throws what kept it from starting; nothing is left open then
 */
export async function boot(
  settings: ConnectedSettings,
  log: Log,
  prepare: (app: NestFastifyApplication) => void = () => undefined,
): Promise<Running> {
  const app = await assemble(settings, log);
  const lifecycle = app.get(Lifecycle);
  try {
    prepare(app);
    await app.listen(settings.port, settings.host);
    await lifecycle.start();
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
  const address = app.getHttpServer().address() as { port: number };
  const url = `http://127.0.0.1:${address.port}`;
  log.info({ event: 'started', role: settings.role, url });
  return { app, url, stop: () => lifecycle.stop() };
}

/** The rooms without their doors: nothing listens and no work begins. For the command line. */
export async function openRooms(settings: ConnectedSettings, log: Log): Promise<Omit<Running, 'url'>> {
  const app = await assemble(settings, log);
  const stop = (): Promise<void> => app.get(Lifecycle).stop();
  try {
    await app.init();
  } catch (error) {
    await stop();
    throw error;
  }
  return { app, stop };
}

async function assemble(settings: ConnectedSettings, log: Log): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(settings, log),
    fastifyAdapter(settings.doors.trustedProxies),
    {
      bodyParser: false,
      logger: ['error', 'fatal'],
      abortOnError: false,
    },
  );
  await dressServer(app, app.get(Metrics), settings);
  planWork(app, settings, app.get(Lifecycle));
  return app;
}

/** What the process itself starts and stops, beside what the rooms have asked for. */
function planWork(app: NestFastifyApplication, settings: ConnectedSettings, lifecycle: Lifecycle): void {
  const health = app.get(Health);
  const outbox = app.get(Outbox);
  if (settings.role !== 'api') lifecycle.onStart(() => outbox.start());
  lifecycle.onStop('intake', async () => {
    health.drain();
    await new Promise((resolve) => setTimeout(resolve, settings.drainSeconds * 1_000));
    app.getHttpServer().close();
  });
  lifecycle.onStop('streams', () => outbox.stop());
  lifecycle.onStop('services', async () => {
    await app.close();
    await app.get(RedisConnections).close();
    await app.get(Database).close();
  });
}
