import type { Provider } from '@nestjs/common';
import { Clock, Lifecycle, SETTINGS, type Settings } from '../../platform/index.js';
import { FcmSender } from './fcm-sender.js';
import { NoPush, PushSender } from './push-sender.js';

/** FCM where credentials are given. */
export const pushSender: Provider = {
  provide: PushSender,
  inject: [SETTINGS, Clock, Lifecycle],
  useFactory: ({ fcm }: Settings, clock: Clock, lifecycle: Lifecycle): PushSender => {
    if (fcm === undefined) return new NoPush();
    const sender = new FcmSender(fcm, clock.newId());
    lifecycle.onStop('services', () => sender.close());
    return sender;
  },
};
