import { Controller } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { z } from 'zod';
import { openApi } from './http/openapi.js';
import { Answer, Handles, forbidden, route, type Asked, type RouteSpec } from './http/index.js';
import { ROUTE } from './http/route.js';
import { Health } from './health.js';
import { Metrics } from './telemetry.js';
import { version } from './version.js';

const tag = 'operating';
const check = z.enum(['ok', 'failing', 'degraded']);
const livez = route({
  method: 'GET',
  path: '/livez',
  tag,
  summary: 'Whether this process lives',
  allow: 'anyone',
  unmetered: 'all',
  answer: z.object({ status: z.enum(['alive', 'stalled']) }),
});
const readyz = route({
  method: 'GET',
  path: '/readyz',
  tag,
  summary: 'Whether this process should be sent work',
  allow: 'anyone',
  unmetered: 'all',
  answer: z.object({
    status: z.enum(['ready', 'degraded', 'notReady']),
    checks: z.record(z.string(), check),
  }),
});
const metrics = route({
  method: 'GET',
  path: '/metrics',
  tag,
  summary: 'Prometheus metrics; needs a service key unless asked from loopback',
  allow: 'anyone',
  unmetered: 'all',
});
const openapi = route({
  method: 'GET',
  path: '/openapi.json',
  tag,
  summary: 'This document',
  allow: 'anyone',
  unmetered: 'all',
});
const docs = route({
  method: 'GET',
  path: '/docs',
  tag,
  summary: 'The interface as a page',
  allow: 'anyone',
  unmetered: 'all',
});

/** What operators and their tools ask of a process. */
@Controller()
export class OperatingController {
  constructor(
    private readonly health: Health,
    private readonly metricsOfProcess: Metrics,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  @Handles(livez)
  livez(_: Asked<typeof livez>): Answer {
    const alive = this.health.alive();
    return new Answer({ status: alive ? 'alive' : 'stalled' }, { status: alive ? 200 : 503 });
  }

  @Handles(readyz)
  async readyz(_: Asked<typeof readyz>): Promise<Answer> {
    const readiness = await this.health.readiness();
    return new Answer(readiness, { status: readiness.status === 'notReady' ? 503 : 200 });
  }

  @Handles(metrics)
  async metrics(asked: Asked<typeof metrics>): Promise<Answer> {
    if (!asked.fromLoopback && asked.principal.kind !== 'service') {
      throw forbidden('forbidden', 'Metrics need a service key unless asked from loopback.');
    }
    const { registry } = this.metricsOfProcess;
    return new Answer(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
  }

  @Handles(openapi)
  openapi(_: Asked<typeof openapi>): Record<string, unknown> {
    return openApi(this.routes(), version);
  }

  @Handles(docs)
  docs(_: Asked<typeof docs>): Answer {
    return new Answer(DOCS_PAGE, { headers: { 'content-type': 'text/html; charset=utf-8' } });
  }

  /** Every route of every controller, as data. */
  routes(): RouteSpec[] {
    return this.discovery.getControllers().flatMap(({ instance }) => {
      const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
      return this.scanner
        .getAllMethodNames(prototype)
        .map((name) => Reflect.getMetadata(ROUTE, prototype[name] ?? {}) as RouteSpec | undefined)
        .filter((spec) => spec !== undefined);
    });
  }
}

const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Aislecue: the interface</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
