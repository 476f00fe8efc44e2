import { Controller, Inject } from '@nestjs/common';
import { Answer, Handles, SESSION_COOKIE, SETTINGS, type Asked } from '../../platform/index.js';
import type { Settings } from '../../platform/index.js';
import { toRfc3339 } from '../../shared/index.js';
import { beginSession, endSession } from './sessions.dto.js';
import { sessionCookie, sessionTokenOf } from './sessions.rules.js';
import { SESSION_MS, Sessions } from './sessions.service.js';

@Controller()
export class SessionsController {
  constructor(
    private readonly sessions: Sessions,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Handles(beginSession)
  async begin({ body, address }: Asked<typeof beginSession>): Promise<Answer> {
    const { token, expiresAt, staff } = await this.sessions.begin(body.email, body.password, address);
    return this.#withCookie(201, token, SESSION_MS, { token, expiresAt: toRfc3339(expiresAt), staff });
  }

  @Handles(endSession)
  async end({ headers, principal }: Asked<typeof endSession>): Promise<Answer> {
    await this.sessions.end(sessionTokenOf(headers, SESSION_COOKIE) ?? '', principal);
    return this.#withCookie(204, '', 0);
  }

  #withCookie(status: number, token: string, lifetimeMs: number, body?: unknown): Answer {
    const secure = this.settings.publicUrl.startsWith('https:');
    const cookie = sessionCookie(SESSION_COOKIE, token, lifetimeMs, secure);
    return new Answer(body, { status, headers: { 'Set-Cookie': cookie } });
  }
}
