import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { InsightsModule } from '../../insights/index.js';
import { OffersModule } from '../../offers/index.js';
import { Housekeeping, Lifecycle, SETTINGS, type Settings } from '../../platform/index.js';
import { StoresModule } from '../../stores/index.js';
import { RecordedVisits } from './recorded-visits.repository.js';
import { SimulationRunner } from './simulation-runner.js';
import { SimulationsController } from './simulations.controller.js';
import { SimulationsRepository } from './simulations.repository.js';
import { Simulations } from './simulations.service.js';
import { Simulator } from './simulator.service.js';
import { WorldsModule } from '../worlds.module.js';

@Module({
  imports: [InsightsModule, OffersModule, StoresModule, WorldsModule],
  controllers: [SimulationsController],
  providers: [RecordedVisits, SimulationRunner, Simulations, SimulationsRepository, Simulator],
})
export class SimulationsModule implements OnModuleInit {
  constructor(
    private readonly runner: SimulationRunner,
    private readonly lifecycle: Lifecycle,
    private readonly housekeeping: Housekeeping,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    if (this.settings.role === 'api') return;
    this.lifecycle.onStart(() => this.runner.start());
    this.lifecycle.onStop('work', () => this.runner.stop());
    this.housekeeping.onTidy(() => this.runner.tidy());
  }
}
