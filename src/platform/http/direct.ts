import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { askedOf } from './asked.js';
import { RouteGuard } from './guard.js';
import { ProblemFilter } from './problem-filter.js';
import { Answer, type KnownRequest, type RouteSpec } from './route.js';

/** Whose method answers a route that says `direct`. */
interface Direct {
  spec: RouteSpec;
  controller: Type<Record<string, (asked: unknown) => unknown>>;
  method: string;
}

/**
 * Has routes that say `direct` answered by Fastify itself. Nest has them in its router like all others, and who may ask, what
 * is checked and how a fault is told is done by the same functions; only its pipeline of guards, interceptors and
 * observables is left out, which takes as long as the work on a small post. To be called before the routes are registered.
 */
export function answerDirectly(app: NestFastifyApplication): void {
  const [guard, problems] = [app.get(RouteGuard), app.get(ProblemFilter)];
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', (options) => {
      const direct = (options.config as { direct?: Direct } | undefined)?.direct;
      if (direct === undefined) return;
      const { spec, method } = direct;
      const controller = app.get(direct.controller, { strict: false });
      options.handler = async (request: KnownRequest, reply: FastifyReply): Promise<FastifyReply> => {
        try {
          await guard.admit(spec, request);
          const given = await controller[method]?.(askedOf(spec, request));
          const { body, options: told } = given instanceof Answer ? given : new Answer(given);
          if (told.headers !== undefined) void reply.headers(told.headers);
          void reply.status(told.status ?? spec.status ?? 200).send(body);
        } catch (error) {
          problems.answer(error, request, reply);
        }
        return reply;
      };
    });
}
