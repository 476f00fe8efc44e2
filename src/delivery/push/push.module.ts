import { Module } from '@nestjs/common';
import { PushGate } from './push-gate.js';
import { PushJobs } from './push-jobs.js';
import { pushSender } from './push-sender.provider.js';
import { PushSender } from './push-sender.js';
import { PushesRepository } from './pushes.repository.js';
import { Pushes } from './pushes.service.js';
import { Retractions } from './retractions.service.js';

@Module({
  providers: [PushGate, PushJobs, Pushes, PushesRepository, Retractions, pushSender],
  exports: [PushJobs, PushSender, Retractions],
})
export class PushModule {}
