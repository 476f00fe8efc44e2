import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Answer, Handles, route, vocabulary, type Asked, type Page } from '../../platform/index.js';
import { simulationAnswer, simulationBody, simulationLine, type SimulationAnswer } from './simulation.dto.js';
import { Simulations } from './simulations.service.js';

const tag = 'decisions';
const allow = ['service', 'admin', 'marketer', 'approver', 'analyst'] as const;

const simulate = route({
  method: 'POST',
  path: '/v1/simulations',
  tag,
  summary: 'Replay recorded visits through an offer; answered at once, worked out by a worker',
  allow,
  body: simulationBody,
  status: 202,
  answer: z.object({ simulationId: z.guid() }),
});
const listSimulations = route({
  method: 'GET',
  path: '/v1/simulations',
  tag,
  summary: 'Simulations of the last 90 days, newest first; each without its days',
  allow,
  query: vocabulary.page.extend({
    offerId: vocabulary.offerId.optional(),
    state: z.enum(['queued', 'running', 'done', 'failed']).optional(),
  }),
  answer: vocabulary.pageOf(simulationLine),
});
const getSimulation = route({
  method: 'GET',
  path: '/v1/simulations/{simulationId}',
  tag,
  summary: 'How far a simulation is, and what came out',
  allow,
  params: z.strictObject({ simulationId: z.guid() }),
  answer: simulationAnswer,
});

@Controller()
export class SimulationsController {
  constructor(private readonly simulations: Simulations) {}

  @Handles(simulate)
  async request({ body, principal }: Asked<typeof simulate>): Promise<Answer> {
    const simulationId = await this.simulations.request(body, principal);
    return new Answer(
      { simulationId },
      { status: 202, headers: { Location: `/v1/simulations/${simulationId}` } },
    );
  }

  @Handles(listSimulations)
  list({ query, principal }: Asked<typeof listSimulations>): Promise<Page<SimulationAnswer>> {
    return this.simulations.list(query, principal);
  }

  @Handles(getSimulation)
  get({ params, principal }: Asked<typeof getSimulation>): Promise<SimulationAnswer> {
    return this.simulations.shown(params.simulationId, principal);
  }
}
