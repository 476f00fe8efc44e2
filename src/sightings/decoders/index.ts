import type { Decoder } from './decoder.js';
import { minew } from './minew.rules.js';

const decoders: ReadonlyMap<string, Decoder> = new Map([minew].map((decoder) => [decoder.format, decoder]));

/** The names of the formats that can be read. */
export const readableFormats: readonly string[] = [...decoders.keys()];

export function decoderOf(format: string): Decoder | undefined {
  return decoders.get(format);
}
