/** One message in hand. */
interface Place {
  /** Set once the work is done: what it allows. */
  finish: (() => void) | undefined;
}

/**
 * Works on several messages at once and finishes them in the order in which they came: MQTT wants acknowledgements so
 * ([MQTT-4.6.0-2]), and one after the other would take no more than one message a round trip to Redis.
 */
export class InOrder {
  readonly #places: Place[] = [];
  #onRoom: (() => void) | undefined;
  #onEmpty: (() => void)[] = [];

  /** @param most messages in hand at once */
  constructor(private readonly most: number) {}

  /**
   * Begins `work` at once; `finish` is called when it is done and all before it are. Work must not fail.
   *
   * @param onRoom called when the next message may come: now, or when there is room again
   */
  take(work: Promise<void>, finish: () => void, onRoom: () => void): void {
    const place: Place = { finish: undefined };
    this.#places.push(place);
    void work.then(() => {
      place.finish = finish;
      this.#advance();
    });
    if (this.#places.length < this.most) onRoom();
    else this.#onRoom = onRoom;
  }

  /** Resolves when nothing is in hand. */
  async empty(): Promise<void> {
    if (this.#places.length === 0) return;
    await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
  }

  #advance(): void {
    for (let first = this.#places[0]; first?.finish !== undefined; first = this.#places[0]) {
      this.#places.shift();
      first.finish();
    }
    if (this.#places.length < this.most) {
      const onRoom = this.#onRoom;
      this.#onRoom = undefined;
      onRoom?.();
    }
    if (this.#places.length === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }
}
