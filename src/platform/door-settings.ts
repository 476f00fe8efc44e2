import { isIP } from 'node:net';
import { z } from 'zod';

const listed = z.string().transform((text) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== ''),
);
const rate = z.coerce.number().min(0).max(1_000_000);

/** What the environment may say of the doors: who is let through, how often, and on whose word. */
export const doorEnvironment = {
  TRUSTED_PROXIES: listed
    .refine(
      (ranges) => ranges.every(isRange),
      'expected addresses or ranges such as 10.0.0.0/8, parted by commas',
    )
    .optional(),
  ALLOWED_ORIGINS: listed
    .refine(
      (origins) => origins.every((each) => URL.canParse(each) && new URL(each).origin === each),
      'expected origins such as https://app.example.com, parted by commas',
    )
    .optional(),
  RATE_SHOPPER: rate.default(100),
  RATE_STAFF: rate.default(200),
  RATE_TILL: rate.default(200),
  RATE_GATEWAY: rate.default(200),
  RATE_SERVICE: rate.default(2_000),
  RATE_ADDRESS: rate.default(200),
  RATE_SIGN_IN: rate.default(100),
  RATE_FLOOR: rate.default(120),
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
};
type Values = z.output<z.ZodObject<typeof doorEnvironment>>;

/** Whose requests are counted together. */
export type Metered = 'shopper' | 'staff' | 'till' | 'gateway' | 'service' | 'address';

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

export interface DoorSettings {
  /** Whose `X-Forwarded-For` is believed; empty: nobody's. */
  trustedProxies: readonly string[];
  /** Pages of other origins whose scripts may open sockets. */
  allowedOrigins: readonly string[];
  /** Requests a second; 0: any number. */
  ratePerSecond: Readonly<Record<Metered, number>>;
  /** Tries a minute and address that did not succeed; 0: any number. */
  signInsPerMinute: number;
  /** Looks at shoppers a minute and associate; 0: any number. */
  looksPerMinute: number;
  /** Undefined where staff sign in with passwords alone. */
  oidc: OidcSettings | undefined;
}

/** What is wrong with them taken together goes to `faults`. */
export function doorsFrom(values: Values, faults: string[]): DoorSettings {
  return {
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    allowedOrigins: values.ALLOWED_ORIGINS ?? [],
    ratePerSecond: {
      shopper: values.RATE_SHOPPER,
      staff: values.RATE_STAFF,
      till: values.RATE_TILL,
      gateway: values.RATE_GATEWAY,
      service: values.RATE_SERVICE,
      address: values.RATE_ADDRESS,
    },
    signInsPerMinute: values.RATE_SIGN_IN,
    looksPerMinute: values.RATE_FLOOR,
    oidc: oidcFrom(values, faults),
  };
}

function oidcFrom(values: Values, faults: string[]): OidcSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = values;
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return undefined;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) {
    faults.push('OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET: are given together');
    return undefined;
  }
  // Who can read the line could read the code and the secret.
  if (issuer.startsWith('http:') && !['localhost', '127.0.0.1', '[::1]'].includes(new URL(issuer).hostname)) {
    faults.push('OIDC_ISSUER: is https, except on loopback');
  }
  return { issuer, clientId, clientSecret };
}

function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
