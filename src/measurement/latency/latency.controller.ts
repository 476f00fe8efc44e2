import { Controller } from '@nestjs/common';
import { asAccepted, Handles, route, type Answer, type Asked, type Table } from '../../platform/index.js';
import { latencyAnswer, latencyQuery, type LatencyAnswer } from './latency.dto.js';
import { Latency } from './latency.service.js';

const latency = route({
  method: 'GET',
  path: '/v1/reports/latency',
  tag: 'reports',
  summary: 'How long offers take from the sighting to the phone: percentiles by stage, store and period',
  allow: ['service', 'admin', 'marketer', 'analyst'],
  query: latencyQuery,
  answer: latencyAnswer,
  csv: true,
});

@Controller()
export class LatencyController {
  constructor(private readonly latency: Latency) {}

  @Handles(latency)
  async report({ principal, query, headers }: Asked<typeof latency>): Promise<Answer> {
    return asAccepted(headers, 'latency', await this.latency.report(principal, query), tableOf);
  }
}

/** A row a store, period and stage, in milliseconds. */
function tableOf({ rows }: LatencyAnswer): Table {
  return {
    columns: ['storeId', 'from', 'stage', 'count', 'later', 'p50', 'p95', 'p99'],
    rows: rows.flatMap(({ storeId, from, stages }) =>
      stages.map(({ stage, count, later, p50, p95, p99 }) => [
        storeId,
        from,
        stage,
        count,
        later,
        p50,
        p95,
        p99,
      ]),
    ),
  };
}
