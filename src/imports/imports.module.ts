import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { Housekeeping, Lifecycle, SETTINGS, type Settings } from '../platform/index.js';
import { ImportsController } from './imports.controller.js';
import { ImportsRepository } from './imports.repository.js';
import { Imports } from './imports.service.js';
import { Receiving } from './receiving.service.js';
import { Recorder } from './recorder.service.js';
import { Rejections } from './rejections.repository.js';

@Module({
  controllers: [ImportsController],
  providers: [Imports, ImportsRepository, Receiving, Recorder, Rejections],
  exports: [Imports, Recorder],
})
export class ImportsModule implements OnModuleInit {
  constructor(
    private readonly recorder: Recorder,
    private readonly lifecycle: Lifecycle,
    private readonly housekeeping: Housekeeping,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    if (this.settings.role === 'api') return;
    this.lifecycle.onStart(() => this.recorder.start());
    this.lifecycle.onStop('work', () => this.recorder.stop());
    this.housekeeping.onTidy(() => this.recorder.tidy());
  }
}
