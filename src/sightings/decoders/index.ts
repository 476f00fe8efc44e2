import { aprilbrother } from './aprilbrother.rules.js';
import type { Decoder } from './decoder.js';
import { espresense } from './espresense.rules.js';
import { ingics } from './ingics.rules.js';
import { kontakt } from './kontakt.rules.js';
import { meraki } from './meraki.rules.js';
import { minew } from './minew.rules.js';
import { openmqttgateway } from './openmqttgateway.rules.js';
import { ruuvi } from './ruuvi.rules.js';

export { phoneRanging } from './phone-ranging.rules.js';

/** Every vendor's decoder; the name in the address leads to it. */
const vendors = [minew, ruuvi, ingics, kontakt, meraki, aprilbrother, openmqttgateway, espresense];
const decoders: ReadonlyMap<string, Decoder> = new Map(vendors.map((decoder) => [decoder.format, decoder]));

/** The names of the formats that can be read. */
export const readableFormats: readonly string[] = [...decoders.keys()];

export function decoderOf(format: string): Decoder | undefined {
  return decoders.get(format);
}
