import { Controller, Inject } from '@nestjs/common';
import { z } from 'zod';
import {
  Answer,
  Handles,
  SESSION_COOKIE,
  SETTINGS,
  route,
  type Asked,
  type Settings,
} from '../../../platform/index.js';
import { cookieOf, sessionCookie } from '../sessions.rules.js';
import { SESSION_MS, Sessions } from '../sessions.service.js';
import { ATTEMPT_COOKIE, ATTEMPT_MS, attemptCookie, isOwnPath } from './attempt.rules.js';
import { OpenIdProvider } from './openid-provider.js';

const tag = 'access';

const start = route({
  method: 'GET',
  path: '/v1/sessions/oidc/start',
  tag,
  summary: 'Sends the browser of a member of staff to the OpenID provider; 404 where none is set',
  allow: 'anyone',
  query: z.strictObject({
    returnTo: z
      .string()
      .max(500)
      .refine(isOwnPath, { error: 'expected a path of this host, such as /console/' })
      .default('/console/'),
  }),
  status: 302,
});
const callback = route({
  method: 'GET',
  path: '/v1/sessions/oidc/callback',
  tag,
  summary: 'Where the provider sends the browser back: sets the session cookie and goes on to the page',
  allow: 'anyone',
  // What a provider adds is its own business; what we need is judged by the protocol's rules.
  query: z.record(z.string().max(100), z.string().max(4_000)),
  status: 302,
});

@Controller()
export class OidcController {
  constructor(
    private readonly provider: OpenIdProvider,
    private readonly sessions: Sessions,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Handles(start)
  async start({ query }: Asked<typeof start>): Promise<Answer> {
    const { location, sealed } = await this.provider.begin(query.returnTo);
    return this.#goTo(location, attemptCookie(sealed, ATTEMPT_MS, this.#secure));
  }

  @Handles(callback)
  async callback({ query, headers }: Asked<typeof callback>): Promise<Answer> {
    const asked = `?${new URLSearchParams(query).toString()}`;
    const { email, returnTo } = await this.provider.finish(asked, cookieOf(headers, ATTEMPT_COOKIE));
    const { token } = await this.sessions.beginVouched(email);
    const session = sessionCookie(SESSION_COOKIE, token, SESSION_MS, this.#secure);
    return this.#goTo(returnTo, session, attemptCookie('', 0, this.#secure));
  }

  get #secure(): boolean {
    return this.settings.publicUrl.startsWith('https:');
  }

  #goTo(location: string, ...cookies: string[]): Answer {
    return new Answer(undefined, { status: 302, headers: { Location: location, 'Set-Cookie': cookies } });
  }
}
