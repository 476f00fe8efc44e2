/** Writes whole numbers, texts and identifiers as few bytes. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(256);
  #at = 0;

  /** What was written, for the caller to keep. */
  taken(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  /** A whole number from 0 to 2^53: seven bits a byte, the last one without the eighth (LEB128). */
  unsigned(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
  }

  /** A whole number of either sign, small ones short (zigzag). */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** UTF-8, its length before it. */
  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.unsigned(length);
    this.#room(length);
    this.#at += this.#bytes.write(value, this.#at, 'utf8');
  }

  /** A UUID in its sixteen bytes; anything else as text. */
  uuid(value: string): void {
    const hex = UUID.test(value) ? value.replaceAll('-', '') : undefined;
    this.unsigned(hex === undefined ? 0 : 1);
    if (hex === undefined) {
      this.text(value);
      return;
    }
    this.#room(16);
    this.#at += this.#bytes.write(hex, this.#at, 'hex');
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads what `ByteWriter` wrote, in the same order. Throws RangeError where the bytes end too soon. */
export class ByteReader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  byte(): number {
    return this.bytes.readUInt8(this.#at++);
  }

  unsigned(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(): string {
    return this.#taken(this.unsigned()).toString('utf8');
  }

  uuid(): string {
    if (this.unsigned() === 0) return this.text();
    const hex = this.#taken(16).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  #taken(length: number): Buffer {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.bytes.length) throw new RangeError(`${length} bytes wanted at ${from}`);
    return this.bytes.subarray(from, this.#at);
  }
}
