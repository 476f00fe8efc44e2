/** Writes whole numbers, texts and identifiers as few bytes. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(256);
  #at = 0;

  /** What was written, for the caller to keep; what is written next begins anew. */
  taken(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    return taken;
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#at++] = value;
  }

  /** A whole number from 0 to 2^53: seven bits a byte, the last one without the eighth (LEB128). */
  unsigned(value: number): void {
    if (this.#at + LONGEST_NUMBER > this.#bytes.length) this.#grow(LONGEST_NUMBER);
    let rest = value;
    // Nearly all are small; only times need more than the 32 bits that shifts work on.
    while (rest > INT32_MAX) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  /** A whole number of either sign, small ones short (zigzag). */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** UTF-8, its length before it. Nearly all are short ids, which are copied here faster than by a call to the system. */
  text(value: string): void {
    if (value.length < 0x80 && this.#ascii(value)) return;
    const length = Buffer.byteLength(value);
    this.unsigned(length);
    this.#room(length);
    this.#at += this.#bytes.write(value, this.#at, 'utf8');
  }

  /** A UUID in its sixteen bytes; anything else as text. */
  uuid(value: string): void {
    const start = this.#at;
    this.unsigned(1);
    if (value.length === UUID_LENGTH && this.#hex(value)) return;
    this.#at = start;
    this.unsigned(0);
    this.text(value);
  }

  /** Writes it with its length; false, and nothing written, where it is not all ASCII. */
  #ascii(value: string): boolean {
    const { length } = value;
    this.#room(length + 1);
    const bytes = this.#bytes;
    const start = this.#at + 1;
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) return false;
      bytes[start + index] = code;
    }
    bytes[this.#at] = length;
    this.#at = start + length;
    return true;
  }

  /** Writes the digits of a UUID in lower case as sixteen bytes; false where it is none. */
  #hex(value: string): boolean {
    this.#room(16);
    let at = this.#at;
    for (let index = 0; index < UUID_LENGTH; index += 2) {
      if (DASHES.has(index) && value.charCodeAt(index++) !== DASH) return false;
      const high = NIBBLES[value.charCodeAt(index)] ?? -1;
      const low = NIBBLES[value.charCodeAt(index + 1)] ?? -1;
      if (high < 0 || low < 0) return false;
      this.#bytes[at++] = (high << 4) | low;
    }
    this.#at = at;
    return true;
  }

  #room(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(2 * (this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

const LONGEST_NUMBER = 8;
const INT32_MAX = 0x7fff_ffff;
const UUID_LENGTH = 36;
const DASH = 0x2d;
/** Where a UUID has its dashes. */
const DASHES = new Set([8, 13, 18, 23]);
/** By character code: the value of a hexadecimal digit in lower case, or -1. */
const NIBBLES = Int8Array.from({ length: 128 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code)),
);

/** Reads what `ByteWriter` wrote, in the same order. Throws RangeError where the bytes end too soon. */
export class ByteReader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  byte(): number {
    const byte = this.bytes[this.#at++];
    if (byte === undefined) throw new RangeError(`a byte wanted at ${this.#at - 1}`);
    return byte;
  }

  unsigned(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let factor = 0x80;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }

  signed(): number {
    const value = this.unsigned();
    if (value <= INT32_MAX) return (value >>> 1) ^ -(value & 1);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(): string {
    return this.#taken(this.unsigned()).toString('utf8');
  }

  uuid(): string {
    if (this.unsigned() === 0) return this.text();
    const hex = this.#taken(16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  #taken(length: number): Buffer {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.bytes.length) throw new RangeError(`${length} bytes wanted at ${from}`);
    return this.bytes.subarray(from, this.#at);
  }
}

/** As many as a count before them says. A loop: `Array.from` takes a microsecond, which is half of all the rest. */
export function several<Item>(from: ByteReader, read: () => Item): Item[] {
  const items: Item[] = [];
  for (let left = from.unsigned(); left > 0; left -= 1) items.push(read());
  return items;
}
