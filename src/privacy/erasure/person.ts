import { Inject, Injectable } from '@nestjs/common';
import { Sealing, SETTINGS, type Settings } from '../../platform/index.js';
import type { Departing } from '../../shoppers/index.js';

/** Whom an erasure is about, kept sealed for as long as it takes, and by that erasure only. */
@Injectable()
export class SealedPersons {
  readonly #sealing: Sealing;

  constructor(@Inject(SETTINGS) { secret }: Settings) {
    this.#sealing = new Sealing(secret, 'erasures');
  }

  seal(person: Departing, erasureId: string): Buffer {
    return this.#sealing.seal(JSON.stringify(person), erasureId);
  }

  open(sealed: Buffer, erasureId: string): Departing {
    return JSON.parse(this.#sealing.open(sealed, erasureId)) as Departing;
  }
}
