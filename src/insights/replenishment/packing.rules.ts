import { FEATURE_COUNT } from './model/features.rules.js';
import { HABIT_BYTES } from './model/habits.rules.js';
import { RHYTHM_FIGURES } from './model/rhythm.rules.js';
import type { StoredModel } from './model/shopper.rules.js';

/**
 * A shopper's rhythm and own weights as one value of Postgres, little-endian 32-bit floats: 40 figures of the rhythm,
 * then a weight's difference for each feature.
 */
export function packedModel({ rhythm, offsets }: StoredModel<string>): Buffer {
  const figures = new Float32Array(RHYTHM_FIGURES + FEATURE_COUNT);
  figures.set(rhythm);
  figures.set(offsets, RHYTHM_FIGURES);
  return Buffer.from(figures.buffer);
}

/** The model again, with a record for each category. @throws RangeError for what another version packed */
export function storedModel(
  packed: Uint8Array,
  habits: readonly (readonly [category: string, habit: Uint8Array])[],
): StoredModel<string> {
  const bytes = (RHYTHM_FIGURES + FEATURE_COUNT) * Float32Array.BYTES_PER_ELEMENT;
  if (packed.length !== bytes) throw new RangeError(`model: ${packed.length} bytes, expected ${bytes}`);
  // Copied: a part of a larger buffer need not begin at a multiple of four.
  const figures = new Float32Array(Uint8Array.from(packed).buffer);
  const records = new Uint8Array(habits.length * HABIT_BYTES);
  habits.forEach(([, habit], at) => {
    records.set(habit, at * HABIT_BYTES);
  });
  return {
    keys: habits.map(([category]) => category),
    habits: records,
    rhythm: figures.subarray(0, RHYTHM_FIGURES),
    offsets: figures.subarray(RHYTHM_FIGURES),
  };
}
