import { fail, ok, type Outcome } from '../../shared/index.js';

/** Deeper than a gateway's payload, which has a list in a map. */
const MAX_DEPTH = 8;
/** Of strings, bytes, lists and maps: how many bytes tell the length. */
const LENGTH_BYTES: ReadonlyMap<number, number> = new Map([
  ...[0xc4, 0xd9].map((code): [number, number] => [code, 1]),
  ...[0xc5, 0xda, 0xdc, 0xde].map((code): [number, number] => [code, 2]),
  ...[0xc6, 0xdb, 0xdd, 0xdf].map((code): [number, number] => [code, 4]),
]);

/** What is wrong with the bytes; never leaves this file. */
class Fault extends Error {}

/**
 * Reads one MessagePack value (github.com/msgpack/msgpack/blob/master/spec.md) without extensions: maps as rows, `bin`
 * as Buffer, 64-bit numbers rounded.
 *
 * Our own, because @msgpack/msgpack allocates each nested list before it reads it and has no limit of depth: 60 kB
 * made it take 1.7 GB. Here a value costs no more than the bytes it stands in.
 */
export function readMessagePack(bytes: Buffer): Outcome<unknown, 'malformed-messagepack'> {
  try {
    const reader = new Reader(bytes);
    const value = reader.value(0);
    reader.requireEnd();
    return ok(value);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return fail('malformed-messagepack', `body: ${error.message}`);
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new Fault('nested too deeply');
    const code = this.#uint(1);
    if (code <= 0x7f) return code;
    if (code >= 0xe0) return code - 0x100;
    if (code <= 0x8f) return this.#map(code & 0x0f, depth);
    if (code <= 0x9f) return this.#list(code & 0x0f, depth);
    if (code <= 0xbf) return this.#take(code & 0x1f).toString('utf8');
    const lengthBytes = LENGTH_BYTES.get(code);
    return lengthBytes === undefined ? this.#scalar(code) : this.#sized(code, this.#uint(lengthBytes), depth);
  }

  requireEnd(): void {
    if (this.#at < this.#bytes.length) throw new Fault('bytes behind the end of the payload');
  }

  #sized(code: number, length: number, depth: number): unknown {
    if (code <= 0xc6) return this.#take(length);
    if (code <= 0xdb) return this.#take(length).toString('utf8');
    return code <= 0xdd ? this.#list(length, depth) : this.#map(length, depth);
  }

  #scalar(code: number): unknown {
    switch (code) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#take(4).readFloatBE();
      case 0xcb:
        return this.#take(8).readDoubleBE();
      case 0xcf:
        return Number(this.#take(8).readBigUInt64BE());
      case 0xd3:
        return Number(this.#take(8).readBigInt64BE());
      default:
        if (code >= 0xcc && code <= 0xce) return this.#uint(2 ** (code - 0xcc));
        if (code >= 0xd0 && code <= 0xd2) return this.#int(2 ** (code - 0xd0));
        throw new Fault('not MessagePack, or an extension of it');
    }
  }

  #list(length: number, depth: number): unknown[] {
    this.#requireLeft(length);
    const list: unknown[] = [];
    while (list.length < length) list.push(this.value(depth + 1));
    return list;
  }

  /** Entries first, because `fromEntries` defines properties: a key `__proto__` is one like any other. */
  #map(length: number, depth: number): Record<string, unknown> {
    this.#requireLeft(2 * length);
    const entries: [string, unknown][] = [];
    while (entries.length < length) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw new Fault('a key that is no text');
      entries.push([key, this.value(depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  #uint(length: number): number {
    return this.#take(length).readUIntBE(0, length);
  }

  #int(length: number): number {
    return this.#take(length).readIntBE(0, length);
  }

  #take(length: number): Buffer {
    this.#requireLeft(length);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Each element stands in at least one byte, so more elements than bytes are a lie. */
  #requireLeft(length: number): void {
    if (length > this.#bytes.length - this.#at) throw new Fault('cut short');
  }
}
