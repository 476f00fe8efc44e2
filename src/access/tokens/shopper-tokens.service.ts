import { Inject, Injectable } from '@nestjs/common';
import {
  SignJWT,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose';
import { Clock, SETTINGS, vocabulary } from '../../platform/index.js';
import type { Settings } from '../../platform/index.js';
import { SECOND_MS, type Instant, type ShopperId } from '../../shared/index.js';
import type { Verified } from '../verified-credentials.js';
import { IdentityProvider } from './identity-provider.js';
import { SigningKey } from './signing-key.js';
import { TokenHolders } from './token-holders.js';
import { LONGEST_SECONDS, isRevoked, isShortLived, lifetimeAfter } from './tokens.rules.js';

export interface IssuedToken {
  token: string;
  expiresAt: Instant;
}

const ISSUER = 'aislecue';
/** Clocks of two servers under NTP differ by less. */
const TOLERANCE_SECONDS = 5;

/** Tokens of shoppers: ours, and those of the retailer's identity provider. */
@Injectable()
export class ShopperTokens {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly signing: SigningKey,
    private readonly provider: IdentityProvider,
    private readonly holders: TokenHolders,
    private readonly clock: Clock,
  ) {}

  /** A token by which an app may act for the shopper, for at most 24 hours from `now`. */
  async issue(shopperId: ShopperId, now: Instant, ttlSeconds = LONGEST_SECONDS): Promise<IssuedToken> {
    const { revokedAt } = await this.holders.find(shopperId);
    const { issuedAt, expiresAt } = lifetimeAfter(revokedAt, now, ttlSeconds);
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
    await this.holders.requireKnown(shopperId);
    return this.issue(shopperId, this.clock.now(), ttlSeconds);
  }

  /**
   * Whose token this is; undefined when it is forged, over, revoked, too long-lived or not for us.
   *
   * @throws Problem 503 when the identity provider's keys cannot be had
   */
  async verify(token: string): Promise<Verified | undefined> {
    try {
      const { sub, iat, exp } = await this.#claimsOf(token);
      const shopperId = vocabulary.shopperId.safeParse(sub);
      if (!shopperId.success || exp === undefined || iat === undefined) return undefined;
      if (!isShortLived({ exp, iat })) return undefined;
      const { standsFor, revokedAt } = await this.holders.find(shopperId.data);
      if (isRevoked(iat, revokedAt)) return undefined;
      const expiresAt = exp * SECOND_MS;
      return { principal: { kind: 'shopper', shopperId: standsFor, expiresAt }, expiresAt };
    } catch (error) {
      // A TypeError is how jose names what does not even look like a token.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
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
    if (this.provider.isKnown && decodeProtectedHeader(token).kid !== this.signing.kid) {
      return this.provider.claimsOf(token, common);
    }
    const ours = { ...common, algorithms: ['EdDSA'], issuer: ISSUER, typ: 'at+jwt' };
    return (await jwtVerify(token, this.signing.publicKey, ours)).payload;
  }
}
