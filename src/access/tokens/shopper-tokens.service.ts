import { Inject, Injectable } from '@nestjs/common';
import {
  SignJWT,
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import {
  aliasesAmong,
  Clock,
  Database,
  Log,
  SETTINGS,
  notFound,
  unavailable,
  vocabulary,
} from '../../platform/index.js';
import type { Settings } from '../../platform/index.js';
import { SECOND_MS, type Instant, type ShopperId } from '../../shared/index.js';
import type { Verified } from '../verified-credentials.js';
import { SigningKey } from './signing-key.js';
import { LONGEST_SECONDS, isShortLived, lifetimeFrom } from './tokens.rules.js';

export interface IssuedToken {
  token: string;
  expiresAt: Instant;
}

const ISSUER = 'aislecue';
/** Clocks of two servers under NTP differ by less. */
const TOLERANCE_SECONDS = 5;
const PROVIDER_TIMEOUT_MS = 3_000;

const FAULTS_OF_TOKEN = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/** Tokens of shoppers: ours, and those of the retailer's identity provider. */
@Injectable()
export class ShopperTokens {
  readonly #provider: ReturnType<typeof createRemoteJWKSet> | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly signing: SigningKey,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    const { jwksUrl } = settings;
    if (jwksUrl !== undefined) {
      this.#provider = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: PROVIDER_TIMEOUT_MS });
    }
  }

  /** A token by which an app may act for the shopper, for at most 24 hours from `now`. */
  async issue(shopperId: ShopperId, now: Instant, ttlSeconds = LONGEST_SECONDS): Promise<IssuedToken> {
    const { issuedAt, expiresAt } = lifetimeFrom(now, ttlSeconds);
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: this.signing.kid })
      .setIssuer(ISSUER)
      .setAudience(this.settings.jwtAudience)
      .setSubject(shopperId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(this.signing.privateKey);
    return { token, expiresAt: expiresAt * SECOND_MS };
  }

  /**
   * The same for a shopper that must exist.
   *
   * @throws Problem 404 when there is none
   */
  async issueKnown(shopperId: ShopperId, ttlSeconds?: number): Promise<IssuedToken> {
    // The table belongs to a room below this one, which cannot be asked from here: this question is all we read of it.
    const known = await this.database.query('SELECT 1 FROM shoppers WHERE shopper_id = $1', [shopperId]);
    if (known.length === 0) throw notFound('shopper');
    return this.issue(shopperId, this.clock.now(), ttlSeconds);
  }

  /**
   * Whose token this is; undefined when it is forged, over, too long-lived or not for us.
   *
   * @throws Problem 503 when the identity provider's keys cannot be had
   */
  async verify(token: string): Promise<Verified | undefined> {
    try {
      const { sub, iat, exp } = await this.#claimsOf(token);
      const shopperId = vocabulary.shopperId.safeParse(sub);
      if (!shopperId.success || exp === undefined) return undefined;
      if (!isShortLived({ exp, ...(iat === undefined ? {} : { iat }) })) return undefined;
      const expiresAt = exp * SECOND_MS;
      return {
        principal: { kind: 'shopper', shopperId: await this.#standsFor(shopperId.data), expiresAt },
        expiresAt,
      };
    } catch (error) {
      // A TypeError is how jose names what does not even look like a token.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /** The app of a shopper who was merged goes on as whoever they were merged into. */
  async #standsFor(shopperId: ShopperId): Promise<ShopperId> {
    return (await aliasesAmong(this.database, [shopperId])).get(shopperId) ?? shopperId;
  }

  /** The token's own `kid` says only which keys to try; algorithms and claims are ours to name. */
  async #claimsOf(token: string): Promise<JWTPayload> {
    const common: JWTVerifyOptions = {
      audience: this.settings.jwtAudience,
      requiredClaims: ['sub', 'iat', 'exp'],
      maxTokenAge: LONGEST_SECONDS,
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: new Date(this.clock.now()),
    };
    const provider = this.#provider;
    if (provider === undefined || decodeProtectedHeader(token).kid === this.signing.kid) {
      const ours = { ...common, algorithms: ['EdDSA'], issuer: ISSUER, typ: 'at+jwt' };
      return (await jwtVerify(token, this.signing.publicKey, ours)).payload;
    }
    const { jwtIssuer } = this.settings;
    const theirs = {
      ...common,
      algorithms: ['EdDSA', 'RS256'],
      ...(jwtIssuer === undefined ? {} : { issuer: jwtIssuer }),
    };
    const keyOf: JWTVerifyGetKey = (header, jws) =>
      provider(header, jws).catch((error: unknown) => this.#refuseKey(error));
    return (await jwtVerify(token, keyOf, theirs)).payload;
  }

  /** A key that the provider does not have is the token's fault; not to reach the provider is not. */
  #refuseKey(error: unknown): never {
    if (FAULTS_OF_TOKEN.some((kind) => error instanceof kind)) throw error;
    this.log.warn({ event: 'jwks.unreachable', error });
    throw unavailable("The identity provider's keys cannot be had.");
  }
}
