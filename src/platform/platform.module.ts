import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Bus } from './bus.js';
import { Clock } from './clock.js';
import { Database } from './database.js';
import { Health } from './health.js';
import { Housekeeping } from './housekeeping.js';
import { RouteGuard } from './http/guard.js';
import { AnswerInterceptor } from './http/idempotency.js';
import { ProblemFilter } from './http/problem-filter.js';
import { RateLimits } from './http/rate-limits.js';
import { Lifecycle } from './lifecycle.js';
import { Log } from './log.js';
import { migrate, migrations } from './migrate.js';
import { OperatingController } from './operating.controller.js';
import { Outbox } from './outbox.js';
import { Published } from './published.js';
import { RedisConnections } from './redis.js';
import { SETTINGS, type Settings } from './settings.js';
import { Metrics } from './telemetry.js';
import { Tombstones } from './tombstones.js';

/** Settings with both addresses known: given, or of the private instances that were started. */
export type ConnectedSettings = Settings & { databaseUrl: string; redisUrl: string };

export interface PlatformOptions {
  settings: ConnectedSettings;
  entities: NonNullable<DataSourceOptions['entities']>;
  log: Log;
}

/** What every room stands on. Global: a room names what it needs and gets it. */
@Global()
@Module({})
export class PlatformModule {
  static forRoot({ settings, entities, log }: PlatformOptions): DynamicModule {
    const providers: Provider[] = [
      { provide: SETTINGS, useValue: settings },
      { provide: Log, useValue: log },
      Clock,
      Metrics,
      Lifecycle,
      {
        provide: DataSource,
        useFactory: async () => {
          const orm = new DataSource({
            type: 'postgres',
            url: settings.databaseUrl,
            entities,
            migrations: await migrations(),
            migrationsTableName: 'migrations',
            synchronize: false,
            poolSize: 4,
          });
          await orm.initialize();
          for (const name of await migrate(orm)) log.info({ event: 'schema.migrated', name });
          return orm;
        },
      },
      {
        // Asks for the ORM first, so that no room reads a table before it exists.
        provide: Database,
        inject: [DataSource],
        useFactory: () =>
          new Database(settings.databaseUrl, settings.databasePool, (error) =>
            log.warn({ event: 'postgres.connection-lost', reason: error.message }),
          ),
      },
      {
        provide: RedisConnections,
        useFactory: () =>
          new RedisConnections(settings.redisUrl, settings.redisPrefix, settings.partitions, log),
      },
      Bus,
      Published,
      Tombstones,
      Outbox,
      Health,
      Housekeeping,
      RateLimits,
    ];
    const doors: Provider[] = [
      RouteGuard,
      ProblemFilter,
      { provide: APP_GUARD, useExisting: RouteGuard },
      { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
      { provide: APP_FILTER, useExisting: ProblemFilter },
    ];
    return {
      module: PlatformModule,
      controllers: [OperatingController],
      imports: [DiscoveryModule],
      providers: [...providers, ...doors],
      exports: providers.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
    };
  }
}
