import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '../clock.js';
import { Log } from '../log.js';
import { Metrics } from '../telemetry.js';
import { ProblemFilter } from './problem-filter.js';
import { unavailable } from './problem.js';

class SetClock extends Clock {
  at = 1_000_000;
  override now(): number {
    return this.at;
  }
}

/** A filter, what it logged, and what it counted. */
function filtering() {
  const logged: Record<string, unknown>[] = [];
  const clock = new SetClock();
  const metrics = new Metrics();
  const log = new Log('warn', {
    write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>),
  });
  const filter = new ProblemFilter(log, metrics, clock);
  const fail = (error: unknown, url = '/v1/sightings'): void => {
    const reply = { header: () => reply, status: () => reply, type: () => reply, send: () => reply };
    filter.answer(error, { url, routeOptions: { url } } as FastifyRequest, reply as unknown as FastifyReply);
  };
  return { logged, clock, metrics, fail };
}

describe('what goes wrong with requests', () => {
  it('is told once a second by route and kind, with how many there were, and counted each time', async () => {
    const { logged, clock, metrics, fail } = filtering();
    for (let request = 0; request < 5; request += 1) fail(unavailable('Too much waits.'));
    fail(new Error('timeout exceeded when trying to connect'));
    fail(unavailable('Too much waits.'), '/v1/checkins');
    expect(logged.map(({ event, route, moreBefore }) => [event, route, moreBefore])).toEqual([
      ['http.refused', '/v1/sightings', undefined],
      ['http.failed', '/v1/sightings', undefined],
      ['http.refused', '/v1/checkins', undefined],
    ]);
    clock.at += 1_000;
    fail(unavailable('Too much waits.'));
    expect(logged.at(-1)).toMatchObject({ event: 'http.refused', moreBefore: 4 });
    const { values } = await metrics.refusals.get();
    expect(values.reduce((sum, { value }) => sum + value, 0)).toBe(8);
  });
});
