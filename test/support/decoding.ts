import type { Decoded, Decoder } from '../../src/sightings/decoders/decoder.js';

const RECEIVED_AT = Date.parse('2026-11-22T10:00:01Z');

/** One beacon as it is written in payloads, and the names it has for us. */
export const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
export const HEX = UUID.replaceAll('-', '');
export const PACKET = `0201061aff4c000215${HEX}0007000bc5`;
export const NAMED = `ibeacon:${UUID}:7:11`;
export const MAC = 'mac:c3000012ab34';
export const NAMES = [NAMED, MAC];

type Any = Decoder<string>;

/** What a decoder makes of bytes, of a text, or of anything else as JSON. */
export function outcome(decoder: Any, payload: unknown, topic?: string): ReturnType<Any['decode']> {
  const bytes = Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return decoder.decode(bytes, { receivedAt: RECEIVED_AT, ...(topic === undefined ? {} : { topic }) });
}

/** The same of a payload that can be read. */
export function decoded(decoder: Any, payload: unknown, topic?: string): Decoded {
  const read = outcome(decoder, payload, topic);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}
