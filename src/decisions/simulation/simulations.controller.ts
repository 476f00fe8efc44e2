import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Answer, Handles, route, type Asked } from '../../platform/index.js';
import { simulationAnswer, simulationBody, type SimulationAnswer } from './simulation.dto.js';
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

  @Handles(getSimulation)
  get({ params, principal }: Asked<typeof getSimulation>): Promise<SimulationAnswer> {
    return this.simulations.shown(params.simulationId, principal);
  }
}
