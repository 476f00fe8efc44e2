import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FcmStandIn, fcmCredentials } from '../../src/demo/index.js';

export interface Fcm {
  standIn: FcmStandIn;
  /** What makes a program push to it. */
  settings: { FCM_CREDENTIALS: string; FCM_ENDPOINT: string };
  stop(): Promise<void>;
}

/** A push service of one's own, with credentials for it. */
export async function startFcm(): Promise<Fcm> {
  const folder = await mkdtemp(path.join(tmpdir(), 'aislecue-fcm-'));
  const standIn = await FcmStandIn.start();
  return {
    standIn,
    settings: { FCM_CREDENTIALS: fcmCredentials(folder), FCM_ENDPOINT: standIn.url },
    stop: async () => {
      await standIn.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
