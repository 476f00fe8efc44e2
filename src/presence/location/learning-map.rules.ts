import type { StoreLayout } from '../../stores/index.js';
import { learn, type Fix, type Learned } from './calibration.rules.js';
import { geometryOf, type Geometry } from './geometry.rules.js';
import { merged } from './learned.rules.js';
import { radioMapOf, type RadioMap } from './radio-map.rules.js';

/** A store's map that learns as the shop's does live, for traces and recorded walks: with nobody to share it with. */
export class LearningMap {
  readonly #layout: StoreLayout;
  readonly #geometry: Geometry;
  #known: Learned | undefined;
  #fresh: Learned;
  #radio: RadioMap | undefined;

  /** @param known what was learned before */
  constructor(layout: StoreLayout, known?: Learned) {
    this.#layout = layout;
    this.#geometry = geometryOf(layout);
    this.#known = known;
    this.#fresh = this.#nothing();
    this.#radio = radioMapOf(layout, known);
  }

  get radio(): RadioMap | undefined {
    return this.#radio;
  }

  learn(fixes: readonly Fix[]): void {
    for (const fix of fixes) learn(this.#fresh, fix, this.#geometry);
  }

  /** Draws the map anew from what was learned until now; to be called every `LEARNED_EVERY_MS`. */
  redraw(): void {
    if (this.#fresh.sums.size === 0) return;
    this.#known = merged(this.#known, this.#fresh);
    this.#fresh = this.#nothing();
    this.#radio = radioMapOf(this.#layout, this.#known);
  }

  #nothing(): Learned {
    return { stamp: this.#geometry.stamp, sums: new Map() };
  }
}
