import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fcmCredentials } from './credentials.js';
import { FcmStandIn, type FcmMessage } from './fcm-stand-in.js';

type Environment = Record<string, string | undefined>;

/** The demo's own push service, so that the whole way of an offer can be seen without a Firebase project. */
export class DemoPush {
  #onMessage: (message: FcmMessage) => void = () => undefined;

  private constructor(
    private readonly standIn: FcmStandIn,
    /** What has the program push to it. */
    readonly settings: Environment,
  ) {}

  /** @returns undefined where the environment names a real one */
  static async start(env: Environment): Promise<DemoPush | undefined> {
    if ((env['FCM_CREDENTIALS'] ?? '') !== '') return undefined;
    const folder = path.resolve(env['AISLECUE_DATA'] === '' ? '.data' : (env['AISLECUE_DATA'] ?? '.data'));
    mkdirSync(folder, { recursive: true });
    const standIn = await FcmStandIn.start((message) => push.#onMessage(message));
    const push: DemoPush = new DemoPush(standIn, {
      FCM_CREDENTIALS: fcmCredentials(folder),
      FCM_ENDPOINT: standIn.url,
    });
    return push;
  }

  /** Has each message that a phone would now show. */
  listen(onMessage: (message: FcmMessage) => void): void {
    this.#onMessage = onMessage;
  }

  stop(): Promise<void> {
    return this.standIn.close();
  }
}
