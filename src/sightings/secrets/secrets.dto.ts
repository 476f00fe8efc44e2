import { z } from 'zod';

/** Header values and JSON texts hold these as they are. */
const printable = (most: number): z.ZodString =>
  z.string().regex(new RegExp(`^[ -~]{1,${most}}$`), `expected 1 to ${most} printable ASCII characters`);

/** All of a gateway's secrets: what is left out is removed. */
export const gatewaySecrets = z.strictObject({
  merakiValidator: z.exactOptional(printable(200)).describe('what GET …/meraki answers to Meraki’s cloud'),
  merakiSecret: z.exactOptional(printable(200)).describe('the shared secret in the body of Meraki’s posts'),
  // The firmware takes less than 64 bytes (hmac_sha256.h, HMAC_SHA256_MAX_KEY_SIZE).
  ruuviHmacKey: z.exactOptional(printable(63)).describe('signs the bodies of a Ruuvi Gateway'),
});
export type SecretValues = z.output<typeof gatewaySecrets>;

/** Which are set; never what they are. */
export const secretsKnown = z.object({
  merakiValidator: z.boolean(),
  merakiSecret: z.boolean(),
  ruuviHmacKey: z.boolean(),
  changedAt: z.string().nullable().describe('null: none was ever set'),
});
export type SecretsKnown = z.output<typeof secretsKnown>;
