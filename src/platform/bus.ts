import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { FleetingEvent, FleetingEvents, Instant } from '../shared/index.js';
import { Clock } from './clock.js';
import { Log } from './log.js';
import { RedisConnections } from './redis.js';

const TEND_MS = 1_000;
const MOST_UNHEARD = 10_000;

type Listener<Event extends FleetingEvent> = (payload: FleetingEvents[Event]) => void;

/**
 * Hints to every process, this one included and at once, over Redis pub/sub. A hint may be lost in an outage of Redis:
 * whoever listens has a slower way to find out, or asks `hearingSince`.
 */
@Injectable()
export class Bus implements OnModuleInit, OnApplicationShutdown {
  readonly #listeners = new Map<FleetingEvent, Set<Listener<never>>>();
  /** Hints that Redis did not take, to be told again; a hint is small and this many are a long outage. */
  readonly #unheard: string[] = [];
  readonly #sender: string;
  #hearingSince: Instant | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #channel: string;

  constructor(
    private readonly redis: RedisConnections,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#sender = clock.newId();
    this.#channel = redis.key('bus');
  }

  onModuleInit(): void {
    const subscriber = this.redis.connect('subscriber');
    subscriber.on('message', (_channel: string, text: string) => this.#receive(text));
    subscriber.on('close', () => (this.#hearingSince = undefined));
    // Not awaited: with Redis down the process starts all the same, and hears hints once Redis is back.
    subscriber
      .subscribe(this.#channel)
      .catch((error: unknown) => this.log.warn({ event: 'bus.deaf', error }));
    this.#timer = setInterval(() => void this.#tend(subscriber), TEND_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /**
   * Since when every hint that was told has been heard here; undefined while Redis is not. What was remembered
   * before may be out of date.
   */
  get hearingSince(): Instant | undefined {
    return this.#hearingSince;
  }

  on<Event extends FleetingEvent>(event: Event, listener: Listener<Event>): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(event, listeners);
  }

  /** Tells this process now and the others soon; never waits, never fails. */
  emit<Event extends FleetingEvent>(event: Event, payload: FleetingEvents[Event]): void {
    this.#tell(event, payload);
    this.#publish(JSON.stringify({ from: this.#sender, event, payload }));
  }

  /** Tells this process alone: for who finds out by the slower way. */
  tellHere<Event extends FleetingEvent>(event: Event, payload: FleetingEvents[Event]): void {
    this.#tell(event, payload);
  }

  #publish(message: string): void {
    this.redis.request.publish(this.#channel, message).catch(() => {
      if (this.#unheard.length < MOST_UNHEARD) this.#unheard.push(message);
    });
  }

  /** Asks the subscription whether it still hears, and tells again what Redis did not take. */
  async #tend(subscriber: Redis): Promise<void> {
    const answered = await Promise.race([
      subscriber.ping().then(
        () => true,
        () => false,
      ),
      new Promise<false>((resolve) => setTimeout(resolve, TEND_MS, false).unref()),
    ]);
    if (!answered) this.#hearingSince = undefined;
    else this.#hearingSince ??= this.clock.now();
    if (answered) for (const message of this.#unheard.splice(0)) this.#publish(message);
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as { from: string; event: FleetingEvent; payload: never };
    if (message.from !== this.#sender) this.#tell(message.event, message.payload);
  }

  #tell<Event extends FleetingEvent>(event: Event, payload: FleetingEvents[Event]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        (listener as Listener<Event>)(payload);
      } catch (error) {
        this.log.error({ event: 'bus.listener-failed', name: event, error });
      }
    }
  }
}
