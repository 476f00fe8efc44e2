import { Inject, Injectable } from '@nestjs/common';
import {
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import { Log, SETTINGS, unavailable, type Settings } from '../../platform/index.js';
import { MINUTE_MS, SECOND_MS } from '../../shared/index.js';

const TIMEOUT_MS = 3 * SECOND_MS;
/** A key that the provider took back is good for so long at most. */
const KEPT_MS = 5 * MINUTE_MS;
/** A token with a key that is not known has the keys fetched anew, but not more often. */
const PAUSE_MS = 2 * SECOND_MS;

const FAULTS_OF_TOKEN = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/** The retailer's own identity provider, known by its published keys. */
@Injectable()
export class IdentityProvider {
  readonly #keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
  ) {
    const { jwksUrl } = settings;
    if (jwksUrl === undefined) return;
    this.#keys = createRemoteJWKSet(new URL(jwksUrl), {
      timeoutDuration: TIMEOUT_MS,
      cacheMaxAge: KEPT_MS,
      cooldownDuration: PAUSE_MS,
    });
  }

  get isKnown(): boolean {
    return this.#keys !== undefined;
  }

  /**
   * The claims of a token that the provider signed. The token's own `kid` says only which key to try.
   *
   * @throws JOSEError for a token that is not good, Problem 503 when the keys cannot be had
   */
  async claimsOf(token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
    const keys = this.#keys;
    if (keys === undefined) throw new errors.JWKSNoMatchingKey();
    const { jwtIssuer } = this.settings;
    const keyOf: JWTVerifyGetKey = (header, jws) =>
      keys(header, jws).catch((error: unknown) => this.#refuseKey(error));
    const theirs = {
      ...options,
      algorithms: ['EdDSA', 'RS256'],
      ...(jwtIssuer === undefined ? {} : { issuer: jwtIssuer }),
    };
    return (await jwtVerify(token, keyOf, theirs)).payload;
  }

  /** A key that the provider does not have is the token's fault; not to reach the provider is not. */
  #refuseKey(error: unknown): never {
    if (FAULTS_OF_TOKEN.some((kind) => error instanceof kind)) throw error;
    this.log.warn({ event: 'jwks.unreachable', error });
    throw unavailable("The identity provider's keys cannot be had.");
  }
}
