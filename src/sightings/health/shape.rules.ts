const MOST_READ_BYTES = 2_048;
const MOST_CHARACTERS = 300;
const FIRST_BYTES = 64;
const KEY = /^"[A-Za-z_@]{1,32}"$/;
const HEX_NAME = /^"[A-Fa-f]{12,}"$/;
const TOKENS = /("(?:[^"\\]|\\.)*"?)(\s*:)?|[^"{}[\],:\s]+/gs;
const BARE_KEPT = /^(true|false|null|\$[A-Z]{4})$/;

/**
 * What an unreadable payload looks like, without what it says: field names and structure stay, every value becomes a
 * mark. A payload holds addresses of tags, and names that people gave their devices; of one that cannot be read nobody
 * knows whose they are. The structure is enough to see that another format was chosen in the gateway.
 */
export function shapeOf(payload: Buffer): string {
  if (payload.length === 0) return 'empty';
  if (isBinary(payload)) return `binary, beginning with 0x${payload.subarray(0, 2).toString('hex')}`;
  const text = payload.subarray(0, MOST_READ_BYTES).toString('utf8');
  const shape = text.replace(
    TOKENS,
    (token: string, quoted: string | undefined, colon: string | undefined) => {
      if (quoted === undefined) return bare(token);
      return `${isName(quoted, colon) ? quoted : '"…"'}${colon ?? ''}`;
    },
  );
  return shape.length <= MOST_CHARACTERS ? shape : `${shape.slice(0, MOST_CHARACTERS)} …`;
}

/** A fault's words without what they quote of the payload, as the JSON parser's do. */
export function withoutQuotes(detail: string): string {
  return detail.replace(/(\.{3})?".*"(\.{3})?/s, '"…"').slice(0, MOST_CHARACTERS);
}

function isBinary(payload: Buffer): boolean {
  return payload.subarray(0, FIRST_BYTES).some((byte) => byte < 0x20 && ![0x09, 0x0a, 0x0d].includes(byte));
}

/** Ruuvi's tags are keyed by their addresses, so a name of a field has letters only. */
function isName(quoted: string, colon: string | undefined): boolean {
  return colon !== undefined && KEY.test(quoted) && !HEX_NAME.test(quoted);
}

function bare(token: string): string {
  if (BARE_KEPT.test(token)) return token;
  return /^-?\d+(\.\d+)?$/.test(token) ? '0' : '…';
}
