import { setTimeout as pause } from 'node:timers/promises';
import { connect, type IClientOptions, type IPublishPacket, type MqttClient, type Packet } from 'mqtt';
import type { MqttSettings } from '../../platform/index.js';
import { MINUTE_MS, SECOND_MS } from '../../shared/index.js';
import { InOrder } from './in-order.js';
import type { MqttMessage } from './mqtt-messages.service.js';
import type { MqttTraffic } from './mqtt-traffic.js';

/** Takes one message; gives whether it may be acknowledged, and does not fail. */
export type TakeMessage = (message: MqttMessage, signal: AbortSignal) => Promise<boolean>;

/** Messages in hand at once. Mosquitto sends 20 unacknowledged ones unless told otherwise, EMQX 32. */
const IN_HAND = 64;
/** How long the broker keeps what comes while this process is away: what is older does not tell of now. */
const SESSION_SECONDS = 60;
/** Where the processes share: Mosquitto 2 goes on to give one that is away its share until its session ends. */
const SHARED_SESSION_SECONDS = 10;
/** A host that died is noticed after one and a half of these. */
const KEEPALIVE_SECONDS = 15;
/** Four times what is taken: enough to count what is too large, and no more than memory can bear. */
const MOST_PACKET_BYTES = 4 * 1_048_576;
const FIRST_RECONNECT_MS = SECOND_MS / 2;
const LAST_RECONNECT_MS = MINUTE_MS / 2;
const CLOSE_WITHIN_MS = 2 * SECOND_MS;
/** After this long without a message, the broker has none left for us. */
const QUIET_MS = SECOND_MS / 4;
/** Processes with the same name share each message of `$share/<group>/…`. */
const GROUP = 'aislecue';

/** One connection to the broker from its beginning to its end: acknowledgements belong to it alone. */
interface Session {
  readonly inOrder: InOrder;
  readonly end: AbortController;
  lastMessageAt: number;
  /** Some message was given up: the broker is to keep it. */
  hasUnheld: boolean;
}

/** Tells MQTT.js to go on to the next packet without acknowledging this one: that is done here, later. */
const NOT_YET = new Error('acknowledged later');

/**
 * Hears the broker. A message is acknowledged when it is taken and not before; MQTT.js by itself acknowledges before
 * anybody has looked (MQTT.js #691, #1423). What was not acknowledged the broker delivers again.
 */
export class MqttConnection {
  #client: MqttClient | undefined;
  #session: Session | undefined;
  #isSubscribed = false;
  #isClosing = false;

  constructor(
    private readonly settings: MqttSettings,
    private readonly take: TakeMessage,
    private readonly traffic: MqttTraffic,
  ) {}

  /** Whether what gateways publish arrives here. */
  get isHearing(): boolean {
    return this.#isSubscribed && this.#client?.connected === true;
  }

  /** Begins to connect, and goes on until it is closed; the broker need not be there yet. */
  open(): void {
    const client = connect(this.settings.url, optionsOf(this.settings));
    this.#client = client;
    client.handleMessage = (packet, next) => this.#handle(client, packet, () => next(NOT_YET));
    client.on('connect', () => this.#connected(client));
    client.on('close', () => this.#lost(client));
    client.on('error', ({ message }) => this.traffic.away(message));
  }

  /**
   * Takes nothing more, finishes what is in hand, and leaves. Where the processes share, the others get this one's
   * share at once; else, or where something could not be held, the session stays for when this one comes back.
   */
  async close(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    const { shared } = this.settings;
    if (shared && client.connected) await within(CLOSE_WITHIN_MS, this.#letGo(client));
    this.#isClosing = true;
    const session = this.#session;
    session?.end.abort();
    await within(CLOSE_WITHIN_MS, session?.inOrder.empty());
    const leaves = shared && session?.hasUnheld !== true;
    const goodbye = leaves ? { properties: { sessionExpiryInterval: 0 } } : {};
    // Without a connection there is nobody to say goodbye to, and MQTT.js would wait for it.
    await within(CLOSE_WITHIN_MS, client.endAsync(!client.connected, goodbye));
    client.end(true);
  }

  /** Asks for nothing more, and takes what the broker has still for this process. */
  async #letGo(client: MqttClient): Promise<void> {
    await client.unsubscribeAsync(filtersOf(this.settings));
    const until = performance.now() + CLOSE_WITHIN_MS;
    while (performance.now() < until) {
      await pause(QUIET_MS);
      if (performance.now() - (this.#session?.lastMessageAt ?? 0) > QUIET_MS) return;
    }
  }

  #connected(client: MqttClient): void {
    client.options.reconnectPeriod = FIRST_RECONNECT_MS;
    const filters = filtersOf(this.settings);
    // rh 2: retained messages are not even sent (MQTT 5).
    client.subscribe(filters, { qos: 1, rh: 2 }, (error, granted = []) => {
      const refused = granted.filter(({ qos }) => qos >= 128).map(({ topic }) => topic);
      this.#isSubscribed = error === null && refused.length === 0;
      if (this.#isSubscribed) this.traffic.connected(filters.length);
      else this.traffic.notSubscribed(refused, error?.message ?? 'the broker refuses');
    });
  }

  #lost(client: MqttClient): void {
    this.#session?.end.abort();
    this.#session = undefined;
    this.#isSubscribed = false;
    if (this.#isClosing) return;
    client.options.reconnectPeriod = Math.min(
      2 * (client.options.reconnectPeriod ?? FIRST_RECONNECT_MS),
      LAST_RECONNECT_MS,
    );
    this.traffic.away('the connection is closed');
  }

  #handle(client: MqttClient, packet: IPublishPacket, next: () => void): void {
    // What a connection that is gone had still in its buffer comes again on the next one.
    if (!client.connected || this.#isClosing) return;
    // Made here, because the broker's first messages come before MQTT.js says that it is connected.
    const session = (this.#session ??= {
      inOrder: new InOrder(IN_HAND + 1),
      end: new AbortController(),
      lastMessageAt: 0,
      hasUnheld: false,
    });
    session.lastMessageAt = performance.now();
    let mayAcknowledge = false;
    const work = this.take(messageOf(packet), session.end.signal).then((taken) => {
      mayAcknowledge = taken;
    });
    const finish = (): void => {
      session.hasUnheld ||= !mayAcknowledge;
      // Not on a later connection: there the same number may be another message's.
      if (mayAcknowledge && session === this.#session) acknowledge(client, packet.messageId);
    };
    session.inOrder.take(work, finish, next);
  }
}

/**
 * What MQTT.js itself calls to acknowledge. It has no public way to do so other than one message after the other, and
 * that takes only a message a round trip to Redis.
 */
function acknowledge(client: MqttClient, messageId: number | undefined): void {
  // None for QoS 0, which nobody acknowledges.
  if (messageId === undefined) return;
  const sender = client as unknown as { _sendPacket(packet: Packet): void };
  sender._sendPacket({ cmd: 'puback', messageId, reasonCode: 0 });
}

function optionsOf({ clientId, username, password, version, shared }: MqttSettings): IClientOptions {
  return {
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    clean: false,
    resubscribe: false,
    reconnectPeriod: FIRST_RECONNECT_MS,
    reconnectOnConnackError: true,
    connectTimeout: 10 * SECOND_MS,
    keepalive: KEEPALIVE_SECONDS,
    ...(version === '5'
      ? {
          protocolVersion: 5,
          properties: {
            sessionExpiryInterval: shared ? SHARED_SESSION_SECONDS : SESSION_SECONDS,
            receiveMaximum: IN_HAND,
            maximumPacketSize: MOST_PACKET_BYTES,
          },
        }
      : { protocolVersion: 4 }),
  };
}

/** Each filter once, shared where the processes share. */
function filtersOf({ topics, shared }: MqttSettings): string[] {
  const filters = new Set(topics.map(({ topic }) => topic));
  return [...filters].map((filter) => (shared ? `$share/${GROUP}/${filter}` : filter));
}

function messageOf({ topic, payload, qos, retain }: IPublishPacket): MqttMessage {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
  return { topic, payload: bytes, isAcknowledged: qos > 0, isRetained: retain };
}

async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
