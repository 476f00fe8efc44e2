import { Module, type OnModuleInit } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Lifecycle, Published } from '../../platform/index.js';
import { ShoppersModule } from '../../shoppers/index.js';
import { StoresModule } from '../../stores/index.js';
import { Recorder } from './recorder.js';
import { RecordingDeparture } from './recording-departure.js';
import { RecordingKeys } from './recording-keys.store.js';
import { RECORDINGS, RecordingRegistry } from './recording-registry.js';
import { RecordingsController } from './recordings.controller.js';
import { RecordingRepository } from './recordings.repository.js';
import { Recordings } from './recordings.service.js';

@Module({
  imports: [AccessModule, StoresModule, ShoppersModule],
  controllers: [RecordingsController],
  providers: [
    Recordings,
    Recorder,
    RecordingDeparture,
    RecordingKeys,
    RecordingRegistry,
    RecordingRepository,
  ],
  exports: [Recorder],
})
export class RecordingsModule implements OnModuleInit {
  constructor(
    private readonly recorder: Recorder,
    private readonly published: Published,
    private readonly lifecycle: Lifecycle,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.published.subscribe(RECORDINGS, () => this.recorder.load());
    this.lifecycle.onStop('streams', () => this.recorder.stop());
  }
}
