import { cert, deleteApp, initializeApp, type App } from 'firebase-admin/app';
import { getMessaging, type Messaging } from 'firebase-admin/messaging';
import type { FcmSettings } from '../../platform/index.js';
import type { Instant } from '../../shared/index.js';
import { FcmAgent, OneSend } from './fcm-agent.js';
import { verdictOf } from './fcm-answer.rules.js';
import type { PushMessage } from './message.rules.js';
import { PushSender, type Verdict } from './push-sender.js';

/** Past it a try is given up; whether it arrived is then not known. */
const DEADLINE_MS = 5_000;

/** Firebase Cloud Messaging, for Android, iOS and browsers. */
export class FcmSender extends PushSender {
  readonly isOn = true;
  readonly #agent: FcmAgent;
  readonly #app: App;
  readonly #messaging: Messaging;

  /** @param name of its own among all that this process has opened */
  constructor({ projectId, credentialsFile, endpoint }: FcmSettings, name: string) {
    super();
    this.#agent = new FcmAgent(endpoint === undefined ? undefined : new URL(endpoint));
    // By its path: of an account given as a value, the access token is fetched past the agent (13.10).
    const credential = cert(credentialsFile, this.#agent);
    this.#app = initializeApp({ credential, projectId, httpAgent: this.#agent }, name);
    this.#messaging = getMessaging(this.#app);
  }

  async send(message: PushMessage, now: Instant): Promise<Verdict> {
    const send = new OneSend();
    const sending = this.#agent.run(send, () => this.#messaging.send(message));
    try {
      await withinDeadline(sending, send);
      return { kind: 'accepted' };
    } catch {
      return verdictOf(send.answered, now);
    }
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await deleteApp(this.#app);
  }
}

async function withinDeadline(sending: Promise<unknown>, send: OneSend): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      send.end();
      reject(new Error('no answer in time'));
    }, DEADLINE_MS);
  });
  // Given up on, it may still fail later, and nobody listens any more.
  sending.catch(() => undefined);
  try {
    await Promise.race([sending, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
