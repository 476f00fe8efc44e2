import { Inject, Injectable } from '@nestjs/common';
import * as openid from 'openid-client';
import {
  Clock,
  Log,
  Problem,
  Sealing,
  SETTINGS,
  notFound,
  unavailable,
  type Settings,
} from '../../../platform/index.js';
import { ATTEMPT_MS, vouchedEmail, type Attempt } from './attempt.rules.js';

const CALLBACK = '/v1/sessions/oidc/callback';

/** A sign-in that has begun: where the browser goes, and what it carries. */
export interface Begun {
  location: string;
  /** Opens for nobody but us. */
  sealed: string;
}

/** The OpenID provider of the staff: authorization code with PKCE, state and nonce. */
@Injectable()
export class OpenIdProvider {
  readonly #sealing: Sealing;
  #known: Promise<openid.Configuration> | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#sealing = new Sealing(settings.secret, 'oidc');
  }

  /** @throws Problem 404 where no provider is set, 503 when it cannot be reached */
  async begin(returnTo: string): Promise<Begun> {
    const provider = await this.#provider();
    const attempt: Attempt = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      codeVerifier: openid.randomPKCECodeVerifier(),
      returnTo,
      expiresAt: this.clock.now() + ATTEMPT_MS,
    };
    const location = openid.buildAuthorizationUrl(provider, {
      redirect_uri: this.settings.publicUrl.replace(/\/$/, '') + CALLBACK,
      scope: 'openid email',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(attempt.codeVerifier),
      code_challenge_method: 'S256',
    });
    return {
      location: location.href,
      sealed: this.#sealing.seal(JSON.stringify(attempt)).toString('base64url'),
    };
  }

  /**
   * Whom the provider vouches for, and where they wanted to go.
   *
   * @param query of the callback, as it came
   * @throws Problem 404 and 503 as above, 401 `sign-in-refused` for whatever does not hold
   */
  async finish(query: string, sealed: string | undefined): Promise<{ email: string; returnTo: string }> {
    const provider = await this.#provider();
    const attempt = this.#attemptIn(sealed);
    const email = vouchedEmail(await this.#claims(provider, query, attempt));
    if (email === undefined) throw refused('The provider vouches for no verified e-mail address.');
    return { email, returnTo: attempt.returnTo };
  }

  async #claims(
    provider: openid.Configuration,
    query: string,
    attempt: Attempt,
  ): Promise<Record<string, unknown>> {
    try {
      const back = new URL(this.settings.publicUrl.replace(/\/$/, '') + CALLBACK + query);
      const tokens = await openid.authorizationCodeGrant(provider, back, {
        pkceCodeVerifier: attempt.codeVerifier,
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw refused('The provider gave no identity.');
      if (claims['email'] !== undefined || provider.serverMetadata().userinfo_endpoint === undefined)
        return claims;
      return { ...(await openid.fetchUserInfo(provider, tokens.access_token, claims.sub)) };
    } catch (error) {
      if (error instanceof Problem) throw error;
      this.log.info({ event: 'oidc.refused', reason: error instanceof Error ? error.message : 'unknown' });
      throw refused('The provider’s answer does not hold: begin again.');
    }
  }

  #attemptIn(sealed: string | undefined): Attempt {
    const attempt = sealed === undefined ? undefined : this.#open(sealed);
    if (attempt === undefined || attempt.expiresAt <= this.clock.now()) {
      throw refused('This sign-in did not begin here, or took too long: begin again.');
    }
    return attempt;
  }

  #open(sealed: string): Attempt | undefined {
    try {
      return JSON.parse(this.#sealing.open(Buffer.from(sealed, 'base64url'))) as Attempt;
    } catch {
      return undefined;
    }
  }

  /** What the provider says of itself, asked once; again when it could not be reached. */
  async #provider(): Promise<openid.Configuration> {
    const { oidc } = this.settings.doors;
    if (oidc === undefined) throw notFound('OpenID provider: staff sign in with their password');
    const issuer = new URL(oidc.issuer);
    // Deprecated to stand out: only loopback may be http, as the settings are checked.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const execute = issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : [];
    this.#known ??= openid.discovery(issuer, oidc.clientId, oidc.clientSecret, undefined, { execute });
    try {
      return await this.#known;
    } catch (error) {
      this.#known = undefined;
      this.log.warn({ event: 'oidc.unreachable', error });
      throw unavailable('The OpenID provider cannot be reached.');
    }
  }
}

function refused(detail: string): Problem {
  return new Problem(401, 'sign-in-refused', detail);
}
